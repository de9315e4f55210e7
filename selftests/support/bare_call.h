/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls that invalidate an area, and nothing besides: pressures prove what they did, by
 * other calls, and wait for the guest; where calls are timed this would be most of the time.
 */
#ifndef BARE_CALL_H
#define BARE_CALL_H

#include "memory/memory.h"

struct bare_call {
	const char *name;		/* of the pressure that is judged by it, if there is one */
	enum backing_id backing;
	bool discards;			/* what was in the area */
	bool opens_gap;			/* the area cannot be used, or not be written to, meanwhile */
	bool swaps;			/* there must be swap */
	const char *(*missing)(void);	/* why this kernel has it not, or NULL; static storage */
	/*
	 * Once, on an area whose pages are all there. @n: how many calls came before.
	 * Return: 0, or -1 with an error, or a skip.
	 */
	int (*call)(struct area *a, unsigned int n, struct result *r);
};

extern const struct bare_call bare_calls[];
extern const unsigned int nr_bare_calls;

/* bare_call_find() - the first of that name, which there must be */
const struct bare_call *bare_call_find(const char *name);

/* Calls that are timed, one after the other. */
struct bare_turn {
	const struct bare_call *call;
	struct area *area;
	unsigned int calls;		/* so far; each is told */
	void *arg;			/* of these, which may be NULL, and are not timed: */
	int (*ready)(void *arg, struct result *r);	/* have all pages there before a call */
	int (*before)(void *arg, struct result *r);
	int (*after)(void *arg, struct result *r);
};

/*
 * bare_turn() - time some calls
 * @per_second: how many there would be in a second of nothing else
 *
 * Return: 0, or -1 with what one of the functions said.
 */
int bare_turn(struct bare_turn *t, double *per_second, struct result *r);

/*
 * bare_storm() - as many calls as there can be for a while, whether the pages are there or not
 * @per_second: how many there were, by the clock
 */
int bare_storm(struct bare_turn *t, double *per_second, struct result *r);

#endif
