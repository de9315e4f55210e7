// SPDX-License-Identifier: GPL-2.0
/*
 * The refuser: fails non-blockable invalidations as its knobs say.
 *
 * A refusal is legal only in a non-blockable range, only as -EAGAIN, and only
 * from a notifier without an end callback, as the core has no way to tell a
 * notifier that its own start did not count. So there is no end here.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/printk.h>

#include "mni.h"

static bool should_refuse(struct mni_injector *inj, unsigned long pages,
			  long *verbose)
{
	bool hit;

	spin_lock(&inj->knob_lock);
	hit = mni_knobs_hit(&inj->knobs, pages);
	*verbose = inj->knobs.verbose;
	spin_unlock(&inj->knob_lock);
	return hit;
}

static void log_refusal(struct mni_injector *inj,
			const struct mmu_notifier_range *range, long verbose)
{
	if (verbose < 1 || !__ratelimit(&inj->log_limit))
		return;
	pr_notice("refusing %s [0x%lx, 0x%lx)\n", mni_event_name(range->event),
		  range->start, range->end);
	if (verbose > 1)
		dump_stack();
}

static int refuser_start(struct mmu_notifier *mn,
			 const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_injector_overlap(inj, range->start,
						   range->end);
	bool refuse;
	long verbose;

	if (!pages)
		return 0;
	refuse = !mmu_notifier_range_blockable(range) &&
		 should_refuse(inj, pages, &verbose);
	mni_count_start(inj, range, pages, refuse);
	if (!refuse)
		return 0;
	log_refusal(inj, range, verbose);
	return -EAGAIN;
}

static const struct mmu_notifier_ops refuser_ops = {
	.release = mni_injector_release,
	.invalidate_range_start = refuser_start,
	.clear_flush_young = mni_clear_flush_young,
	.clear_young = mni_clear_young,
	.test_young = mni_test_young,
#if MNI_HAVE_CHANGE_PTE
	.change_pte = mni_change_pte,
#endif
};

const struct mni_kind mni_refuser = {
	.name = "refuser",
	.ops = &refuser_ops,
};
