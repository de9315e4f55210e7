// SPDX-License-Identifier: GPL-2.0
/*
 * pair: like sweep_write, but each stamp is stored as one of 16 bytes, by an
 * instruction that no KVM carries out for a guest.  Where memory is right, it need not.
 */
#include "guest.h"

static void visit(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_u32 settled;
	guest_u64 stamp;

	guest_check(page);
	stamp = guest_stamp_begin(&records[page], page, guest_load(&shared->generation), &settled);
	arch_store_pair(page_word(page), stamp);
	guest_stamp_end(&records[page], stamp, settled);
}

GUEST_WORKLOAD(pair, "writes 16 bytes at once, by an instruction that KVM does not emulate",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD, GUEST_JUDGES_ALL)
{
	guest_sweep_own(me, visit);
}
