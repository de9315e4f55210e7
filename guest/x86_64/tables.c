// SPDX-License-Identifier: GPL-2.0
/*
 * x86-64 side of the guest: page tables in memory under pressure.
 *
 * The third level of a window's walk is a page of the area used as a page
 * directory, of which the second entry counts, and the fourth another page used as
 * a page table, of which the first entry counts.
 */
#include "windows.h"

#define ENTRY_PRESENT	0x03ULL		/* and writable */
#define ENTRY_ACCESSED	0x20ULL
#define ENTRY_DIRTY	0x40ULL

/* Bits 9 to 11 are not used by the CPU, either. */
#define COUNT_SHIFT	9
#define COUNT_MAX	7ULL

void arch_flush(const void *address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

void arch_flush_all(void)
{
	guest_u64 root;

	asm volatile("mov %%cr3, %0\n\t"
		     "mov %0, %%cr3" : "=&r"(root) : : "memory");
}

guest_u64 arch_entry(guest_u64 gpa, guest_u32 page, guest_u64 count)
{
	return guest_entry_tag(page) | (count & COUNT_MAX) << COUNT_SHIFT | gpa | ENTRY_PRESENT;
}

int arch_must_break(void)
{
	return 0;
}

guest_u64 arch_mark_leaf(void)
{
	return ENTRY_ACCESSED | ENTRY_DIRTY;
}

guest_u64 arch_mark_table(void)
{
	return ENTRY_ACCESSED;
}

void *arch_window(guest_u32 page, guest_u64 directory)
{
	guest_u64 entry = arch_entry(directory, 0, 0) | ENTRY_ACCESSED;

	if (windows[page] != entry)
		windows[page] = entry;
	return window_address(page);
}
