// SPDX-License-Identifier: GPL-2.0
/*
 * sweep_verify: every vCPU reads every page and checks the host's stamps.  Each
 * starts elsewhere, so that their faults do not run in step.
 */
#include "guest.h"

GUEST_WORKLOAD(sweep_verify, GUEST_WRITER_HOST, GUEST_FORM_WORD, GUEST_JUDGES_ALL)
{
	guest_u32 nr_pages = shared->nr_pages;
	guest_u32 page = me * nr_pages / shared->nr_vcpus;
	guest_u32 i;

	for (i = 0; i < nr_pages; i++) {
		if (must_stop())
			return;
		guest_check(page);
		count_visit(me, page);
		page = page + 1 == nr_pages ? 0 : page + 1;
	}
	count_sweep(me);
}
