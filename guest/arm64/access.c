// SPDX-License-Identifier: GPL-2.0
/*
 * arm64 side of the guest: the accesses that workloads are about.
 */
#include "guest.h"

static guest_u64 call(guest_u64 code, void *argument, guest_u64 value)
{
	register guest_u64 x0 asm("x0") = value;
	register void *x1 asm("x1") = argument;

	/* No instruction that was fetched before is run after it. */
	asm volatile("isb\n\t"
		     "blr %2"
		     : "+r"(x0), "+r"(x1)
		     : "r"(code)
		     : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "x18", "x30", "memory", "cc");
	return x0;
}

/* Where memory has no slot KVM cannot fetch for the guest: it gets an abort. */
guest_u64 arch_call(guest_u64 code, void *argument, guest_u64 value)
{
	guest_expect_gap();
	return call(code, argument, value);
}

guest_u64 arch_load(const void *from)
{
	guest_u64 value;

	asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(from) : "memory");
	return value;
}

void arch_store(void *to, guest_u64 value)
{
	asm volatile("str %1, [%0]" : : "r"(to), "r"(value) : "memory");
}

void arch_store_pair(guest_u64 *to, guest_u64 value)
{
	asm volatile("stp %1, %1, [%0]" : : "r"(to), "r"(value) : "memory");
}

/* By pairs, which is what memcpy() does; single words may be a device's. */
void arch_copy(void *to, const void *from, guest_u64 words)
{
	guest_u64 one, two;

	for (; words >= 2; words -= 2, to += 16, from += 16)
		asm volatile("ldp %0, %1, [%3]\n\t"
			     "stp %0, %1, [%2]"
			     : "=&r"(one), "=&r"(two) : "r"(to), "r"(from) : "memory");
	if (words)
		arch_store(to, arch_load(from));
}

void arch_fill(void *to, guest_u64 value, guest_u64 words)
{
	for (; words >= 2; words -= 2, to += 16)
		asm volatile("stp %1, %1, [%0]" : : "r"(to), "r"(value) : "memory");
	if (words)
		arch_store(to, value);
}

/* Clean the data, then drop the instructions; both within a line of any size. */
void arch_code_written(const void *code)
{
	asm volatile("dc cvau, %0\n\t"
		     "dsb ish\n\t"
		     "ic ivau, %0\n\t"
		     "dsb ish\n\t"
		     "isb" : : "r"(code) : "memory");
}

/* The code as it is: no access takes bits from the middle of it. */
guest_u32 arch_send_stamp(const guest_u64 *code)
{
	void *device = (void *)GUEST_DEVICE_GPA;

	arch_store(device, arch_load(code));
	return guest_code_result(arch_load(device));
}

guest_u32 arch_port_read(guest_u16 port)
{
	guest_u32 value;

	asm volatile("ldr %w0, [%1]" : "=r"(value) : "r"(GUEST_DOOR_GPA + port) : "memory");
	return value;
}
