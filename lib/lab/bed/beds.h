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

enum { LAB_CONSOLE_LOG, LAB_CHANNEL_LOG, LAB_QEMU_LOG, LAB_NR_LOGS };

struct lab_bed {
	struct lab_session session;	/* of the last boot */
	struct lab_qemu_spec spec;
	char *disks[LAB_MAX_DISKS];
	char *logs[LAB_NR_LOGS];	/* of the last boot; see run_dir.h */
	unsigned int boots;
	bool over;
};

struct lab_beds {
	/* Set by the caller. */
	const struct lab_suite *suite;
	const struct lab_topology *topology;
	const char *kernel, *image;	/* files */
	struct lab_results *results;	/* its programs in the order of the suite's; so many beds */
	struct lab_progress *progress;
	int signals;			/* signalfd, non-blocking, of all that is blocked */
	long overall_ms;		/* lab_now_ms() at which the whole run is over */

	/* Inner state. */
	struct lab_bed *beds;
	struct lab_queue queue;
};

/*
 * Run the plan to its end, fill in the results, and judge them. When it returns, no
 * QEMU is left. lab_beds_free() is due.
 */
void lab_beds_run(struct lab_beds *b);
void lab_beds_free(struct lab_beds *b);

#endif
