// SPDX-License-Identifier: GPL-2.0
/*
 * arm64 side of the guest: who it is, and leaving it.
 */
#include "guest.h"

/* The entry code has set the vectors. */
void arch_init(void)
{
}

/* One register, no write-back: what else there is, the CPU does not describe to KVM. */
void arch_exit(guest_u16 port, guest_u32 value)
{
	asm volatile("str %w1, [%0]" : : "r"(GUEST_DOOR_GPA + port), "r"(value) : "memory");
}

void arch_relax(void)
{
	asm volatile("yield" : : : "memory");
}

guest_u32 arch_vcpu_id(void)
{
	guest_u64 id;

	asm volatile("mrs %0, tpidr_el1" : "=r"(id));
	return id;
}
