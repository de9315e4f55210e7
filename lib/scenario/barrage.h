/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A barrage: threads of this process that invalidate an area in every way at
 * once, for tests in which something else ends meanwhile.
 *
 * All of them preserve what is in shared memory: one discards the mapping's
 * pages, one moves them between nodes, one reaps, and one forks.  Each takes
 * breaks, for progress is promised only if invalidations leave gaps.
 */
#ifndef BARRAGE_H
#define BARRAGE_H

#include "inject/inject.h"
#include "memory/memory.h"
#include "memory/placement.h"

#define BARRAGE_WAYS	3	/* and the reaper */

struct barrage {
	const struct area *area;
	struct barrage_thread {
		struct barrage *barrage;
		pthread_t thread;
		bool running;
		uint64_t calls;
		struct result result;
	} threads[BARRAGE_WAYS];
	uint32_t stop;
	bool moves;		/* there are nodes to move between */
	int node;		/* that is next */
	struct placement at;
	struct reaper reaper;
};

/*
 * barrage_start() - begin
 * @b: filled in; stays in use until barrage_stop(), or the end of the process
 * @area: of shared memory, visited by a guest or not
 * @reap: reap as well; for that the mm needs an attached injector
 */
int barrage_start(struct barrage *b, const struct area *area, bool reap, struct result *r);

/* barrage_stop() - end the threads, and take over what failed; safe on a zeroed barrage */
void barrage_stop(struct barrage *b, struct result *r);

/* barrage_calls() - so far, of the thread that has made fewest */
uint64_t barrage_calls(const struct barrage *b);

#endif
