/* SPDX-License-Identifier: GPL-2.0 */
/* The vCPU's clock; inline, as it is read at each visit. */
#ifndef GUEST_TICKS_H
#define GUEST_TICKS_H

static inline guest_u64 arch_ticks(void)
{
	guest_u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return (guest_u64)high << 32 | low;
}

#endif
