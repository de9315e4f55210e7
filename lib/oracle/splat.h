/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose fault is a splat in the kernel log?
 *
 * A test shares its machine: a driver's WARNING is no verdict on the mm or on KVM.  A
 * splat is someone else's only if it says so: it points at code of a driver, the
 * network or another module, and nothing in it is of KVM, of the mm's notifiers, of
 * the injector or of a task of the test.  All others are ours, whichever task met them.
 */
#ifndef SPLAT_H
#define SPLAT_H

#include <stdbool.h>

struct splat {
	const char *comm;	/* of the test's tasks */
	char others[128];	/* whose it is by what it points at first; "": not told yet */
	bool decided;		/* it has pointed at something */
	bool ours;		/* something of ours is in it */
	bool our_task;		/* it names a task of ours */
	bool watchdog;		/* something did not get on */
	bool interrupt;		/* it came in an interrupt, whatever task that was in */
	bool skips;		/* the lines now tell of what was interrupted */
	bool stack;		/* one has begun */
	bool framed;		/* between lines of equal signs */
	bool ended;		/* what comes now may be another's */
};

/*
 * splat_begin() - expect the lines of a splat, the first one included
 * @comm: name of the test's tasks as the kernel has it; stays in use
 */
void splat_begin(struct splat *s, const char *comm);

/* splat_add() - its next line, without a time stamp */
void splat_add(struct splat *s, const char *line);

/* splat_ends_at() - is @line, which complains, the first of another splat? */
bool splat_ends_at(const struct splat *s, const char *line);

/* splat_is_ours() - to be asked after its last line */
bool splat_is_ours(const struct splat *s);

#endif
