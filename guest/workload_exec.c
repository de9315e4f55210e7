// SPDX-License-Identifier: GPL-2.0
/*
 * exec: every vCPU runs a function in every page.  The host writes them; each
 * returns its page's stamp.  A fetch through a translation that should be gone
 * shows as the wrong value, or as an exception.  Of a page that was emptied, the
 * zeroes count as a function that returns 0: see arch_call().
 */
#include "guest.h"

static void check(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	const struct guest_page *rec = &records[page];
	guest_u64 code = (guest_u64)page_word(page);
	struct guest_view view;
	guest_u32 seen;

	guest_look_begin(rec, &view);
	seen = arch_call(code, 0, GUEST_NOWHERE);
	guest_look_end(rec, &view);
	guest_complain(guest_short_judge(page, seen, &view, shared->may_spare), page,
		       (const void *)code, &view);
}

GUEST_WORKLOAD(exec, "every vCPU runs a function in every page, which the host writes anew",
	       GUEST_WRITER_HOST, GUEST_FORM_CODE,
	       GUEST_JUDGES_ALL & ~GUEST_JUDGES_PLAIN)
{
	guest_sweep_all(me, check);
}
