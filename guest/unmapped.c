// SPDX-License-Identifier: GPL-2.0
/*
 * Unmapped gaps as the guest meets them: an access that KVM carries out, because it walks
 * page tables or emulates, finds no memory there and raises an exception.
 */
#include "guest.h"

/* guest_shared.gap as each vCPU saw it before the accesses it now makes, if it did. */
#define GAP_SEEN	(1ULL << 32)
static guest_u64 gap_before[GUEST_MAX_VCPUS];

void guest_expect_gap(void)
{
	gap_before[arch_vcpu_id()] = GAP_SEEN | guest_load(&shared->gap);
	asm volatile("" : : : "memory");
}

int guest_met_gap(void)
{
	guest_u64 before = gap_before[arch_vcpu_id()];

	if (!before || (!(before & 1) && before == (GAP_SEEN | guest_load(&shared->gap))))
		return 0;
	arch_exit(GUEST_PORT_GAP, before);
	guest_expect_gap();
	return 1;
}

int guest_in_area(guest_u64 address)
{
	return address - shared->area_gpa < shared->nr_pages * shared->stride;
}
