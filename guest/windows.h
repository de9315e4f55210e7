/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Windows of architectures whose page tables have four levels of 512 entries: 1 GiB of address
 * space each, from the second entry of the top level on.
 */
#ifndef GUEST_WINDOWS_H
#define GUEST_WINDOWS_H

#include "guest.h"

#define WINDOWS_AT	(1ULL << 39)
#define WINDOW_SHIFT	30
#define SECOND_ENTRY	(1ULL << 21)

/* The second level's entries for windows; see page_tables.S. */
extern guest_u64 windows[GUEST_MAX_PAGES];

/* The address that is reached by the second entry of the one page and the first of the other. */
static inline void *window_address(guest_u32 page)
{
	return (void *)(WINDOWS_AT + ((guest_u64)page << WINDOW_SHIFT) + SECOND_ENTRY);
}

/* The page whose window an address is in, or GUEST_MAX_PAGES. */
static inline guest_u32 window_page(guest_u64 address)
{
	guest_u64 page = (address - WINDOWS_AT) >> WINDOW_SHIFT;

	return page < GUEST_MAX_PAGES ? page : GUEST_MAX_PAGES;
}

#endif
