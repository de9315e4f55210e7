// SPDX-License-Identifier: GPL-2.0
/*
 * still: the odd vCPUs read like sweep_verify, the even ones stay where they
 * are.  No guest behaves so: it exists to prove that a vCPU which stalls
 * is noticed even while its neighbour makes progress.
 */
#include "guest.h"

GUEST_WORKLOAD(still, "the even vCPUs stay where they are, to prove that this is noticed",
	       GUEST_WRITER_HOST, GUEST_FORM_WORD, GUEST_JUDGES_ALL & ~GUEST_JUDGES_EACH)
{
	guest_u32 page;

	for (page = 0; (me & 1) && page < shared->nr_pages && !must_stop(); page++) {
		guest_check(page);
		count_visit(me, page);
	}
	arch_relax();
}
