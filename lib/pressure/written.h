/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For rows that take away the right to write, to learn who writes: has the
 * guest written to all its pages since then?
 */
#ifndef WRITTEN_H
#define WRITTEN_H

#include "pressure/pressure.h"

struct written {
	uint64_t visits[GUEST_MAX_VCPUS];	/* when it began */
	bool begun;
};

/* written_begin() - from here on */
void written_begin(struct written *w, const struct press *p);

/*
 * written_all() - wait until the guest has written to every page it visits
 *
 * Return: true; false if it does not write, has not begun, or is too slow.
 */
bool written_all(const struct written *w, const struct press *p);

/* written_lost() - a failure of contract 9: the mm does not know of a write of the guest */
int written_lost(const struct press *p, unsigned int page, struct result *r);

#endif
