// SPDX-License-Identifier: GPL-2.0
/*
 * straddle: like sweep_write, but each stamp is one access of 8 bytes, half of it in
 * the last bytes of a page and half in the first of the next.  Either page may be
 * taken in the middle; neither half may be lost, stale or foreign.
 */
#include "guest.h"

#define HALF_BITS	32

static void check_half(guest_u32 page, struct guest_view *view, guest_u64 where, guest_u32 half)
{
	guest_complain(guest_short_judge(page, half, view, shared->may_spare), page,
		       (const void *)where, view);
}

static void check(guest_u32 page, guest_u64 where)
{
	const struct guest_page *rec = &records[page];
	struct guest_view view;
	guest_u64 seen;

	guest_look_begin(rec, &view);
	seen = arch_load((const void *)where);
	guest_look_end(rec, &view);
	check_half(page, &view, where, seen);
	check_half(page, &view, where + sizeof(guest_u32), seen >> HALF_BITS);
}

static void stamp(guest_u32 page, guest_u64 where)
{
	guest_u32 settled;
	guest_u64 stamp = guest_stamp_begin(&records[page], page,
					    guest_load(&shared->generation), &settled);
	guest_u64 half = guest_short_stamp(stamp);

	arch_store((void *)where, half << HALF_BITS | half);
	guest_stamp_end(&records[page], stamp, settled);
}

static void visit(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_u64 where = (guest_u64)page_word(page) +
			  guest_straddle_offset(page, shared->nr_pages, shared->stride);

	check(page, where);
	stamp(page, where);
}

GUEST_WORKLOAD(straddle, "each stamp is written across the boundary of two pages by one access",
	       GUEST_WRITER_VCPU, GUEST_FORM_STRADDLE,
	       GUEST_JUDGES_ALL & ~GUEST_JUDGES_PLAIN)
{
	guest_sweep_own(me, visit);
}
