// SPDX-License-Identifier: GPL-2.0
/*
 * riscv64 side of the guest: the accesses that workloads are about.
 */
#include "guest.h"

static guest_u64 call(guest_u64 code, void *argument, guest_u64 value)
{
	register guest_u64 a0 asm("a0") = value;
	register void *a1 asm("a1") = argument;

	/* No instruction that was fetched before is run after it. */
	asm volatile("fence.i\n\t"
		     "jalr %2"
		     : "+r"(a0), "+r"(a1)
		     : "r"(code)
		     : "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5",
		       "t6", "ra", "memory");
	return a0;
}

/* Where memory has no slot KVM cannot fetch for the guest: it gets an exception. */
guest_u64 arch_call(guest_u64 code, void *argument, guest_u64 value)
{
	guest_expect_gap();
	return call(code, argument, value);
}

guest_u64 arch_load(const void *from)
{
	guest_u64 value;

	asm volatile("ld %0, 0(%1)" : "=r"(value) : "r"(from) : "memory");
	return value;
}

void arch_store(void *to, guest_u64 value)
{
	asm volatile("sd %1, 0(%0)" : : "r"(to), "r"(value) : "memory");
}

void arch_copy(void *to, const void *from, guest_u64 words)
{
	for (; words; words--, to += 8, from += 8)
		arch_store(to, arch_load(from));
}

void arch_fill(void *to, guest_u64 value, guest_u64 words)
{
	for (; words; words--, to += 8)
		arch_store(to, value);
}

/* arch_call() does all there is to do. */
void arch_code_written(const void *code __attribute__((unused)))
{
}

guest_u32 arch_send_stamp(const guest_u64 *code)
{
	void *device = (void *)GUEST_DEVICE_GPA;

	arch_store(device, arch_load(code));
	return guest_code_result(arch_load(device));
}

guest_u32 arch_port_read(guest_u16 port)
{
	guest_u32 value;

	asm volatile("lw %0, 0(%1)" : "=r"(value) : "r"(GUEST_DOOR_GPA + port) : "memory");
	return value;
}
