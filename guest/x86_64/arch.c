// SPDX-License-Identifier: GPL-2.0
/*
 * x86-64 side of the guest: who it is, and leaving it.
 */
#include "guest.h"

void arch_exit(guest_u16 port, guest_u32 value)
{
	asm volatile("outl %%eax, %%dx" : : "d"(port), "a"(value) : "memory");
}

void arch_relax(void)
{
	asm volatile("pause" : : : "memory");
}

guest_u32 arch_vcpu_id(void)
{
	guest_u32 id;

	asm volatile("movl %%r15d, %0" : "=r"(id));
	return id;
}
