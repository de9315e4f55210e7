// SPDX-License-Identifier: GPL-2.0
/*
 * riscv64 side of the guest: who it is, and leaving it.
 */
#include "guest.h"

/* The entry code has set the trap vector. */
void arch_init(void)
{
}

void arch_exit(guest_u16 port, guest_u32 value)
{
	asm volatile("sw %1, 0(%0)" : : "r"(GUEST_DOOR_GPA + port), "r"(value) : "memory");
}

/* pause, which the assembler knows by this name only with an extension. */
void arch_relax(void)
{
	asm volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
}

guest_u32 arch_vcpu_id(void)
{
	guest_u64 id;

	asm volatile("csrr %0, sscratch" : "=r"(id));
	return id;
}

/* The compiler calls it to count leading zeroes, for which there is no instruction. */
int __clzdi2(guest_u64 value);

int __clzdi2(guest_u64 value)
{
	int zeroes = 0;

	for (; !(value >> 63); value <<= 1)
		zeroes++;
	return zeroes;
}
