// SPDX-License-Identifier: GPL-2.0
/*
 * sweep_write: every vCPU walks over its own pages, checks that its last stamp
 * is still there and replaces it.  Finds lost writes and stale pages.
 */
#include "guest.h"

static void visit(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_check(page);
	guest_page_stamp(&records[page], page_word(page), page, guest_load(&shared->generation));
}

GUEST_WORKLOAD(sweep_write, "every vCPU checks its own pages and writes them anew: lost writes, stale pages",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD, GUEST_JUDGES_ALL)
{
	guest_sweep_own(me, visit);
}
