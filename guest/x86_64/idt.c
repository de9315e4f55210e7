// SPDX-License-Identifier: GPL-2.0
/*
 * The table that leads exceptions to their entries.
 */
#include "guest.h"

#define NR_VECTORS	(GUEST_VECTOR_WAKE + 1)
#define ENTRY_SIZE	16
#define CODE_SELECTOR	0x08
#define GATE_INTERRUPT	0x8e

struct gate {
	guest_u16 offset_low;
	guest_u16 selector;
	guest_u8 ist;
	guest_u8 type;
	guest_u16 offset_mid;
	guest_u32 offset_high;
	guest_u32 zero;
};

extern const char exception_entries[];

static struct gate idt[NR_VECTORS];

void arch_init(void)
{
	struct {
		guest_u16 limit;
		guest_u64 base;
	} __attribute__((packed)) pointer = {
		.limit = sizeof(idt) - 1,
		.base = (guest_u64)idt,
	};
	guest_u64 entry = (guest_u64)exception_entries;
	int i;

	/* Every vCPU writes the same values, so no lock is needed. */
	for (i = 0; i < NR_VECTORS; i++, entry += ENTRY_SIZE) {
		idt[i].offset_low = entry & 0xffff;
		idt[i].selector = CODE_SELECTOR;
		idt[i].ist = 0;
		idt[i].type = GATE_INTERRUPT;
		idt[i].offset_mid = entry >> 16 & 0xffff;
		idt[i].offset_high = entry >> 32;
	}
	asm volatile("lidt %0" : : "m"(pointer) : "memory");
}
