/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For rows that protect pages in order to learn who writes: has the guest written
 * to all its pages since then?
 */
#ifndef WRITE_TRACKING_H
#define WRITE_TRACKING_H

#include "pressure/pressure.h"

struct write_tracking {
	uint64_t visits[GUEST_MAX_VCPUS];	/* when it began */
	bool begun;
};

/* write_tracking_begin() - from here on */
void write_tracking_begin(struct write_tracking *w, const struct press *p);

/*
 * write_tracking_all() - wait until the guest has written to every page it visits
 *
 * Return: true; false if it does not write, has not begun, or is too slow.
 */
bool write_tracking_all(const struct write_tracking *w, const struct press *p);

/* write_tracking_lost() - a failure of contract 9: the mm does not know of a write of the guest */
int write_tracking_lost(const struct press *p, unsigned int page, struct result *r);

#endif
