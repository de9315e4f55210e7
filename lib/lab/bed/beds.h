/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The beds of a run: virtual machines side by side, which take the programs of
 * the plan from one queue, each the next when it is done with one.
 *
 * When the kernel of a bed dies or hangs, this costs the program that ran on it: the bed gets
 * another machine for those that are left. When a bed is lost for other reasons, the queue is
 * closed: the others finish what they are at, and nothing is begun any more. One that does not
 * boot for a reason of the bed is booted once more.
 */
#ifndef LAB_BEDS_H
#define LAB_BEDS_H

#include <stddef.h>

#include "base/lab_error.h"
#include "bed/session.h"

/* As many as anybody may ask for. */
#define LAB_MAX_BEDS		16
/* As many as are taken unasked: the programs of a plan differ in length. */
#define LAB_DEFAULT_BEDS	4

struct lab_capacity {
	unsigned int cpus;	/* that the lab may use; a bed uses one */
	unsigned long mib;	/* memory that is to be had */
};

/* What this machine has. Returns 0 or -errno. */
int lab_capacity_read(struct lab_capacity *c, struct lab_error *e);

/*
 * The number of beds, at least one, for so many @programs and beds of @mib each.
 * @wanted is what was asked for, 0: nothing. Neither is more than memory carries.
 */
unsigned int lab_capacity_beds(const struct lab_capacity *c, unsigned int wanted,
			       size_t programs, unsigned long mib);

/*
 * Run the plan to its end, fill in the results, and judge them. @signals is a signalfd,
 * non-blocking, of all that is blocked. When it returns, no QEMU is left.
 */
void lab_beds_run(struct lab_plan *plan, int signals);

#endif
