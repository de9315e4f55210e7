// SPDX-License-Identifier: GPL-2.0
/*
 * atomic: every vCPU adds 1 to every page, and keeps its own count of that.  No
 * addition may get lost: what a page holds lies between what all had counted
 * before and what they may have added by then.
 *
 * A page that is emptied has lost what was added, and nobody can tell when: only
 * with pressures that preserve contents.
 */
#include "guest.h"

/* What all vCPUs have counted. */
static guest_u64 counted(guest_u32 page)
{
	guest_u64 sum = 0;
	guest_u32 id;

	for (id = 0; id < shared->nr_vcpus; id++)
		sum += guest_load(tally(id, page));
	return sum;
}

static void add_one(guest_u32 me, guest_u32 page)
{
	struct guest_view view = { .floor = counted(page) };
	guest_u64 *word = page_word(page);
	guest_u64 most;

	view.seen = __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
	/* Each of the others may have added 1 that it has not counted yet. */
	most = counted(page) + shared->nr_vcpus - 1;
	guest_complain(guest_sum_judge(page, view.seen, view.floor, most), page, word, &view);
	guest_store(tally(me, page), *tally(me, page) + 1);
}

GUEST_WORKLOAD(atomic, "every vCPU adds to every page by atomic instructions; no addition may be lost",
	       GUEST_WRITER_ALL, GUEST_FORM_SUM, GUEST_JUDGES_PRESERVED | GUEST_JUDGES_EACH)
{
	guest_sweep_all(me, add_one);
}
