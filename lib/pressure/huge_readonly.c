// SPDX-License-Identifier: GPL-2.0
/*
 * Huge pages split and collapsed while the guest may not write to them: what KVM then maps
 * anew, huge or not, must not be writable.
 */
#include "pressure/huge.h"
#include "pressure/readonly_slot.h"

static int apply(struct press *p, struct result *r)
{
	struct readonly_slot slot;
	int ret = readonly_slot_begin(p, &slot, r) ?: huge_split_folios(p, r) ?:
		  huge_collapse(p, r) ?:
		  press_visited(p, "with its slot read-only and its huge pages collapsed", r);

	if (readonly_slot_end(p, &slot, r))
		ret = -1;
	return ret ?: huge_in_kvm(p, r);
}

PRESSURE(huge_readonly) = {
	.name = "slot_readonly_collapse",
	.family = PRESSURE_MEMSLOT,
	.calls = "KVM_SET_USER_MEMORY_REGION with and without KVM_MEM_READONLY; in between split_huge_pages in debugfs, madvise(MADV_COLLAPSE)",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = HUGE_PROOF,
	.preserves = ON_THP,
	.frees = ON_THP,
	.granule = HUGE_BYTES,
	.rounds = 2,
	.plain = true,
	.guest_writes = true,
	.may_change = HUGE_SPLIT_MAY_CHANGE,
	.needs = { huge_collapse_missing, huge_split_missing },
	.apply = apply,
};
