/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the two invalidations of one mremap() of hugetlb: the pages have been moved, and
 * the old addresses are still to be unmapped.  Whoever uses them now has a translation that
 * the move should have taken away; the invalidation that follows would hide that.
 */
#ifndef MOVED_H
#define MOVED_H

#include <pthread.h>

#include "inject/inject.h"
#include "scenario/scenario.h"

/* One call, watched from another thread: the scenario's own, zeroed. */
struct moved {
	struct scenario_run *run;
	struct injector_status before;
	pthread_t thread;
	uint32_t over;
	bool running;
	unsigned int judged;		/* calls */
	struct result result;		/* the thread's */
};

/*
 * For a scenario with a delaying notifier that is asked before KVM: its second start() is held,
 * and no vCPU may make a visit then.
 */
extern const struct scenario_steps moved_steps;

#endif
