// SPDX-License-Identifier: GPL-2.0
/*
 * spin: read the same few pages again and again without ever leaving the
 * guest, so that their translations stay in the TLB.  A zap that forgets the
 * flush shows here first: nothing else would make the vCPU look again.
 */
#include "guest.h"

#define SPIN_PAGES	4
#define SPIN_READS	64

GUEST_WORKLOAD(spin, "reads the same few pages without leaving the guest: translations stay in the TLB",
	       GUEST_WRITER_HOST, GUEST_FORM_WORD, GUEST_JUDGES_ALL & ~GUEST_JUDGES_EACH)
{
	guest_u32 nr_pages = shared->nr_pages;
	guest_u32 i, n, page;

	for (i = 0; i < SPIN_READS; i++) {
		for (n = 0; n < SPIN_PAGES; n++) {
			if (must_stop())
				return;
			/* Some in each huge page. */
			page = (n * nr_pages / SPIN_PAGES + me) % nr_pages;
			guest_check(page);
			count_visit(me, page);
		}
		arch_relax();
	}
	count_sweep(me);
}
