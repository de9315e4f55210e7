/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many beds a run gets: virtual machines that run its programs side by side.
 */
#ifndef LAB_CAPACITY_H
#define LAB_CAPACITY_H

#include <stddef.h>

#include "base/lab_error.h"

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

#endif
