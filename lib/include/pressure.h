/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pressure sources: ways to make the mm invalidate guest memory.
 *
 * Each family is one file in lib/pressure; each source is one PRESSURE() row
 * there.  Rows gather themselves in a section of the program, so a new file is
 * all that a new source needs.
 */
#ifndef PRESSURE_H
#define PRESSURE_H

#include "memory.h"
#include "result.h"
#include "vm.h"

/* What a source does to the contents of the area. */
enum pressure_effect {
	EFFECT_PRESERVE,	/* every byte stays */
	EFFECT_DISCARD,		/* every page reads as zeroes afterwards */
	EFFECT_REPLACE,		/* other contents, which were there before, come in */
};

struct pressure {
	const char *name;	/* stable: part of test names */
	const char *calls;	/* the system calls, for people */
	const char *events;	/* notifier events it causes, separated by blanks */
	unsigned int backings;	/* set of BACKING_BIT() it applies to */
	enum pressure_effect effect[NR_BACKINGS];
	/* Why the kernel cannot do it, or NULL; static storage.  May be NULL. */
	const char *(*missing)(void);
	/*
	 * Do it once over the whole area.  Opens and closes a hole of @vm
	 * around any time in which the area is not mapped.
	 * Return: 0, or -1 with @r an error.
	 */
	int (*apply)(struct vm *vm, struct area *area, struct result *r);
};

#define PRESSURE(id) \
	static const struct pressure id; \
	static const struct pressure * const row_##id \
		__attribute__((used, section("pressures"))) = &id; \
	static const struct pressure id

/* pressure_next() - the registered rows in turn; NULL starts, NULL ends */
const struct pressure *pressure_next(const struct pressure *p);

/* pressure_find() - by name, or NULL */
const struct pressure *pressure_find(const char *name);

/* pressure_applies() - does the source have a row for this backing? */
bool pressure_applies(const struct pressure *p, enum backing_id backing);

#endif
