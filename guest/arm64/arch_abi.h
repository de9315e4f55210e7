/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64's part of the guest ABI: what pages hold that is code, or a page table.
 */
#ifndef GUEST_ARCH_ABI_H
#define GUEST_ARCH_ABI_H

/*
 * GUEST_FORM_CODE: two breakpoints, whose immediates are the halves of the short stamp;
 * the exception handler puts them together and returns to the caller.  BRK is among the
 * few instructions that may be changed while other CPUs run them (Arm ARM, "Concurrent
 * modification and execution of instructions"): each runs the old one or the new one.
 */
#define GUEST_BRK		0xd4200000U
#define GUEST_BRK_SHIFT		5

static inline guest_u64 guest_code(guest_u32 short_stamp)
{
	guest_u32 low = GUEST_BRK | (short_stamp & 0xffff) << GUEST_BRK_SHIFT;
	guest_u32 high = GUEST_BRK | (short_stamp >> 16) << GUEST_BRK_SHIFT;

	return (guest_u64)high << 32 | low;
}

/* What it returns if it is such code. */
static inline guest_u32 guest_code_stamp(guest_u64 code)
{
	return (code >> GUEST_BRK_SHIFT & 0xffff) |
	       (guest_u32)(code >> (32 + GUEST_BRK_SHIFT) & 0xffff) << 16;
}

/* str w0, [x1]; ret: and the word of a page where it stands. */
#define GUEST_STORE_CODE	0xd65f03c0b9000020ULL
#define GUEST_STORE_WORD	1
/* ret, and what no CPU knows: udf #0. */
#define GUEST_RETURN_CODE	0xd65f03c0ULL
#define GUEST_ILLEGAL_CODE	0ULL

/* GUEST_FORM_TABLE: walks mark nothing unless TCR_EL1.HA and HD say so, and they do not. */
#define GUEST_ENTRY_MARKS	0ULL
/*
 * Bits 55 to 58 are free for software in tables and pages alike.  That is little room: half
 * of it for the page, half for the count.
 */
#define GUEST_ENTRY_PAGE_SHIFT	57
#define GUEST_ENTRY_COUNT_SHIFT	55
#define GUEST_ENTRY_TAG		3ULL

static inline guest_u64 guest_entry_tag(guest_u32 page)
{
	return (page & GUEST_ENTRY_TAG) << GUEST_ENTRY_PAGE_SHIFT;
}

/* Does an entry say that it is of @page? */
static inline int guest_entry_is_of(guest_u32 page, guest_u64 entry)
{
	return (entry >> GUEST_ENTRY_PAGE_SHIFT & GUEST_ENTRY_TAG) == (page & GUEST_ENTRY_TAG);
}

#endif
