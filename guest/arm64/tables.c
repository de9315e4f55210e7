// SPDX-License-Identifier: GPL-2.0
/*
 * arm64 side of the guest: page tables in memory under pressure.
 *
 * The third level of a window's walk is a page of the area, of which the second entry
 * counts, and the fourth another page, of which the first entry counts.
 */
#include "windows.h"

#define ENTRY_VALID	0x703ULL	/* table or page; accessed, inner shareable, attribute 0 */

void arch_flush(const void *address)
{
	asm volatile("dsb ishst\n\t"
		     "tlbi vaae1is, %0\n\t"
		     "dsb ish\n\t"
		     "isb" : : "r"((guest_u64)address >> 12) : "memory");
}

void arch_flush_all(void)
{
	asm volatile("dsb ishst\n\t"
		     "tlbi vmalle1is\n\t"
		     "dsb ish\n\t"
		     "isb" : : : "memory");
}

guest_u64 arch_entry(guest_u64 gpa, guest_u32 page, guest_u64 count)
{
	return guest_entry_tag(page) | (count & GUEST_ENTRY_TAG) << GUEST_ENTRY_COUNT_SHIFT |
	       gpa | ENTRY_VALID;
}

/* Arm ARM, "Using break-before-make when updating translation table entries". */
int arch_must_break(void)
{
	return 1;
}

guest_u64 arch_mark_leaf(void)
{
	return GUEST_ENTRY_MARKS;
}

guest_u64 arch_mark_table(void)
{
	return GUEST_ENTRY_MARKS;
}

void *arch_window(guest_u32 page, guest_u64 directory)
{
	void *window = window_address(page);
	guest_u64 entry = arch_entry(directory, 0, 0);

	if (windows[page] != entry) {
		windows[page] = 0;
		arch_flush(window);
		windows[page] = entry;
		arch_flush(window);
	}
	return window;
}
