// SPDX-License-Identifier: GPL-2.0
/*
 * sweep_write: every vCPU walks over its own pages, checks that its last stamp
 * is still there and replaces it.  Finds lost writes and stale pages.
 */
#include "guest.h"

GUEST_WORKLOAD(sweep_write, GUEST_WRITER_VCPU, GUEST_FORM_WORD, GUEST_JUDGES_ALL)
{
	guest_u32 page;

	for (page = me; page < shared->nr_pages; page += shared->nr_vcpus) {
		if (must_stop())
			return;
		guest_check(page);
		guest_page_stamp(&records[page], page_word(page), page,
				 guest_load(&shared->generation));
		count_visit(me, page);
	}
	count_sweep(me);
}
