// SPDX-License-Identifier: GPL-2.0
/*
 * async: like sweep_write, but a page that KVM says is not there is left for later, while
 * the others are visited.  A vCPU with nothing else to do sleeps until KVM wakes it.
 */
#include "async.h"

static guest_u64 visit(guest_u32 me, guest_u32 page)
{
	if (async_waits(page) || !async_try(page))
		return 0;
	/* Here it may go again; then KVM says so in the middle of it. */
	guest_check(page);
	guest_page_stamp(&records[page], page_word(page), page, guest_load(&shared->generation));
	count_visit(me, page);
	return 1;
}

GUEST_WORKLOAD(async, "as sweep_write, but does something else while KVM fetches a page (async page faults)",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD, GUEST_JUDGES_ALL & ~GUEST_JUDGES_POISONED)
{
	guest_u64 visits = 0;
	guest_u32 page;

	async_begin();
	for (page = me; page < shared->nr_pages && !must_stop(); page += shared->nr_vcpus)
		visits += visit(me, page);
	async_end();
	if (!visits)
		async_wait(me);
	if (page >= shared->nr_pages)
		count_sweep(me);
}
