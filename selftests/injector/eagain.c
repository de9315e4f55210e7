// SPDX-License-Identifier: GPL-2.0
/*
 * The kind eagain: fails non-blockable invalidations as its knobs say.
 *
 * A refusal is legal only in a non-blockable range, only as -EAGAIN, and only
 * from a notifier without an end callback, as the core has no way to tell a
 * notifier that its own start did not count. So there is no end here.
 */
#include "mni.h"

static int eagain_start(struct mmu_notifier *mn,
			const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);
	bool refuse;

	if (!pages)
		return 0;
	refuse = !mmu_notifier_range_blockable(range) &&
		 mni_aim_hit(inj, range, pages, "refusing");
	mni_count_start(inj, range, pages, refuse);
	return refuse ? -EAGAIN : 0;
}

static const struct mmu_notifier_ops eagain_ops = {
	MNI_HLIST_OPS
	.invalidate_range_start = eagain_start,
};

const struct mni_kind mni_eagain = {
	.name = "eagain",
	.ops = &eagain_ops,
	.attach = mni_hlist_attach,
	.detach = mni_hlist_detach,
};
