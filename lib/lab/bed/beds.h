/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The beds of a run: virtual machines side by side, which take the programs of
 * the plan from one queue, each the next when it is done with one.
 *
 * A bed whose machine comes to a bad end closes the queue: the others finish what
 * they are at, and nothing is begun any more. One that does not boot for a reason
 * of the bed is booted once more.
 */
#ifndef LAB_BEDS_H
#define LAB_BEDS_H

#include <stdbool.h>

#include "bed/session.h"

struct lab_bed {
	struct lab_session session;	/* of the last boot */
	unsigned int boots;
	bool over;
};

struct lab_beds {
	struct lab_plan plan;		/* results->beds says how many share it */
	int signals;			/* signalfd, non-blocking, of all that is blocked */
	struct lab_bed *beds;		/* inner state */
};

/*
 * Run the plan to its end, fill in the results, and judge them. When it returns, no
 * QEMU is left.
 */
void lab_beds_run(struct lab_beds *b);

#endif
