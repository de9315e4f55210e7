// SPDX-License-Identifier: GPL-2.0
/*
 * touch: write to each page beside its stamp, whatever is there.  It judges nothing:
 * the host sends the guest to a few of its pages, and counts the faults.
 */
#include "guest.h"

static void touch(guest_u32 me __attribute__((unused)), guest_u32 page)
{
	guest_store(page_word(page) + 1, 0);
}

GUEST_WORKLOAD(touch, "writes to each page beside its stamp, and judges nothing: the host counts faults",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD, 0)
{
	guest_sweep_own(me, touch);
}
