/* SPDX-License-Identifier: GPL-2.0 */
/* The vCPU's clock; inline, as it is read at each visit. */
#ifndef GUEST_TICKS_H
#define GUEST_TICKS_H

static inline guest_u64 arch_ticks(void)
{
	guest_u64 now;

	asm volatile("rdtime %0" : "=r"(now));
	return now;
}

#endif
