// SPDX-License-Identifier: GPL-2.0
/*
 * The observer: counts every callback and never interferes.
 *
 * It has a start and an end, so it is itself a witness of the pairing contract:
 * over any stretch of time in which it stayed attached, the mm lived and no
 * invalidation was in flight at either edge, ends must equal starts.
 */
#include "mni.h"

static int observer_start(struct mmu_notifier *mn,
			  const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);

	if (pages)
		mni_count_start(inj, range, pages, false);
	return 0;
}

static void observer_end(struct mmu_notifier *mn,
			 const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);

	if (mni_aim_overlap(inj, range->start, range->end))
		atomic64_inc(&inj->counters.ends);
}

static const struct mmu_notifier_ops observer_ops = {
	MNI_HLIST_OPS
	.invalidate_range_start = observer_start,
	.invalidate_range_end = observer_end,
};

static void observer_show(struct seq_file *seq, const struct mni_injector *inj)
{
	seq_printf(seq, "ends %lld\n", atomic64_read(&inj->counters.ends));
}

const struct mni_kind mni_observer = {
	.name = "observer",
	.ops = &observer_ops,
	.attach = mni_hlist_attach,
	.detach = mni_hlist_detach,
	.show = observer_show,
};
