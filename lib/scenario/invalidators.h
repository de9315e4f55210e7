/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Invalidators: threads of this process that invalidate an area in every way at
 * once, for tests in which something else ends meanwhile.
 *
 * All of them preserve what is in shared memory: one discards the mapping's
 * pages, one moves them between nodes, one reaps, and one forks.  Each takes
 * breaks, for progress is promised only if invalidations leave gaps.
 */
#ifndef INVALIDATORS_H
#define INVALIDATORS_H

#include "inject/inject.h"
#include "memory/memory.h"
#include "memory/numa_pages.h"

#define INVALIDATOR_WAYS	3	/* and the reaper */

struct invalidators {
	const struct area *area;
	struct invalidator {
		struct invalidators *invalidators;
		pthread_t thread;
		bool running;
		uint64_t calls;
		struct result result;
	} threads[INVALIDATOR_WAYS];
	uint32_t stop;
	bool moves;		/* there are nodes to move between */
	int node;		/* that is next */
	struct numa_pages at;
	struct reaper reaper;
};

/*
 * invalidators_start() - begin
 * @b: filled in; stays in use until invalidators_stop(), or the end of the process
 * @area: of shared memory, visited by a guest or not
 * @reap: reap as well; for that the mm needs an attached injector
 */
int invalidators_start(struct invalidators *b, const struct area *area, bool reap,
		       struct result *r);

/* invalidators_stop() - end the threads, and take over what failed; safe if zeroed */
void invalidators_stop(struct invalidators *b, struct result *r);

/* invalidators_calls() - so far, of the thread that has made fewest */
uint64_t invalidators_calls(const struct invalidators *b);

#endif
