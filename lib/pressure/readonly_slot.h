/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A while in which the memslot of the area is read-only: the guest's writes leave as MMIO, and the
 * threads of the vCPUs carry them out.
 */
#ifndef READONLY_SLOT_H
#define READONLY_SLOT_H

#include "pressure/pressure.h"

struct readonly_slot {
	bool begun;
	/* By then. */
	uint64_t visits[GUEST_MAX_VCPUS], emulated_mmio[GUEST_MAX_VCPUS];
};

/*
 * readonly_slot_begin() / readonly_slot_end() - bracket it
 *
 * The slot is made anew, for KVM changes this flag of none: that takes a gap.  The end
 * judges: of a guest that writes, each visit in between has to have left.
 * Return: 0, or -1 with an error, or a failure of contract 7.  The end must follow in any case.
 */
int readonly_slot_begin(struct press *p, struct readonly_slot *slot, struct result *r);
int readonly_slot_end(struct press *p, struct readonly_slot *slot, struct result *r);

#endif
