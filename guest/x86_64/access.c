// SPDX-License-Identifier: GPL-2.0
/*
 * x86-64 side of the guest: the accesses that workloads are about.
 */
#include "guest.h"

guest_u64 arch_call(guest_u64 code, void *argument, guest_u64 value)
{
	guest_u64 cr2;

	/* A move to CR2 serializes: no instruction fetched before it is run. */
	asm volatile("mov %%cr2, %0\n\t"
		     "mov %0, %%cr2\n\t"
		     "call *%3"
		     : "=&r"(cr2), "+a"(value), "+D"(argument)
		     : "r"(code)
		     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory", "cc");
	return value;
}

guest_u64 arch_load(const void *from)
{
	guest_u64 value;

	asm volatile("movq (%1), %0" : "=r"(value) : "r"(from) : "memory");
	return value;
}

void arch_store(void *to, guest_u64 value)
{
	asm volatile("movq %1, (%0)" : : "r"(to), "r"(value) : "memory");
}

void arch_store_pair(guest_u64 *to, guest_u64 value)
{
	guest_u64 low = to[0], high = to[1];

	asm volatile("1: lock cmpxchg16b (%2)\n\t"
		     "jnz 1b"
		     : "+a"(low), "+d"(high) : "r"(to), "b"(value), "c"(value) : "memory", "cc");
}

void arch_copy(void *to, const void *from, guest_u64 words)
{
	asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
}

void arch_fill(void *to, guest_u64 value, guest_u64 words)
{
	asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(value) : "memory");
}

/* Code is seen by whoever calls it: arch_call() serializes, and caches are coherent. */
void arch_code_written(const void *code __attribute__((unused)))
{
}

/* The stamp alone, by a string instruction. */
guest_u32 arch_send_stamp(const guest_u64 *code)
{
	const char *from = (const char *)code + GUEST_CODE_SHIFT / 8;

	asm volatile("outsl" : "+S"(from) : "d"(GUEST_PORT_DEVICE) : "memory");
	return guest_load((const guest_u32 *)GUEST_DEVICE_GPA);
}

guest_u32 arch_port_read(guest_u16 port)
{
	guest_u32 value;

	asm volatile("inl %%dx, %%eax" : "=a"(value) : "d"(port) : "memory");
	return value;
}
