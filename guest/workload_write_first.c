// SPDX-License-Identifier: GPL-2.0
/*
 * write_first: as sweep_write, with a write beside the stamp before anything is read. Fresh memory is
 * so faulted in once, and not as a zero page first and then as a copy of that.
 */
#include "guest.h"

static void visit(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_store(page_word(page) + 1, 0);
	guest_check(page);
	guest_page_stamp(&records[page], page_word(page), page, guest_load(&shared->generation));
}

GUEST_WORKLOAD(write_first, "as sweep_write, with a write beside the stamp first: memory is faulted in once",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD, GUEST_JUDGES_ALL)
{
	guest_sweep_own(me, visit);
}
