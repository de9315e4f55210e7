// SPDX-License-Identifier: GPL-2.0
/*
 * The interval: one mmu_interval_notifier over the injector's range.
 *
 * It may refuse a non-blockable invalidation, by returning false. The core
 * tells interval notifiers first, and after a refusal no hlist notifier, KVM
 * included, hears of the invalidation at all.
 *
 * What it does not refuse it handles as a driver does: under a lock of its own
 * it stores the sequence that the core hands it. The lock is never held for
 * long, so a non-blockable invalidation may wait for it too.
 */
#include <linux/kernel.h>

#include "mni.h"

static bool interval_invalidate(struct mmu_interval_notifier *sub,
				const struct mmu_notifier_range *range,
				unsigned long seq)
{
	struct mni_injector *inj = container_of(sub, struct mni_injector,
						interval.sub);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);
	bool refuse = !mmu_notifier_range_blockable(range) &&
		      mni_aim_hit(inj, range, pages, "refusing");

	mni_count_start(inj, range, pages, refuse);
	if (refuse)
		return false;

	if (range->event == MMU_NOTIFY_RELEASE)
		WRITE_ONCE(inj->released, true);
	spin_lock(&inj->interval.lock);
	mmu_interval_set_seq(sub, seq);
	WRITE_ONCE(inj->interval.seq, seq);
	spin_unlock(&inj->interval.lock);
	return true;
}

static const struct mmu_interval_notifier_ops interval_ops = {
	.invalidate = interval_invalidate,
};

static int interval_attach(struct mni_injector *inj)
{
	const struct mni_range *range = &inj->range;

	WRITE_ONCE(inj->interval.seq, 0);
	WRITE_ONCE(inj->interval.begun, 0);
	return mmu_interval_notifier_insert(&inj->interval.sub, inj->mm,
					    range->start,
					    range->end - range->start,
					    &interval_ops);
}

static void interval_detach(struct mni_injector *inj)
{
	mmu_interval_notifier_remove(&inj->interval.sub);
}

static int seq_begin(struct mni_injector *inj, char **args)
{
	if (!inj->registered)
		return -EINVAL;
	WRITE_ONCE(inj->interval.begun,
		   mmu_interval_read_begin(&inj->interval.sub));
	return 0;
}

static int seq_retry(struct mni_injector *inj, char **args)
{
	bool retry;

	/* Every sequence that can begin is odd. */
	if (!inj->registered || !inj->interval.begun)
		return -EINVAL;
	spin_lock(&inj->interval.lock);
	retry = mmu_interval_read_retry(&inj->interval.sub,
					inj->interval.begun);
	spin_unlock(&inj->interval.lock);
	return retry ? -EAGAIN : 0;
}

static const struct mni_verb interval_verbs[] = {
	{ "seq_begin", 0, false, seq_begin },
	{ "seq_retry", 0, false, seq_retry },
	{ }
};

static void interval_show(struct seq_file *seq, const struct mni_injector *inj)
{
	seq_printf(seq, "seq %lu\nseq_begun %lu\n",
		   READ_ONCE(inj->interval.seq),
		   READ_ONCE(inj->interval.begun));
}

const struct mni_kind mni_interval = {
	.name = "interval",
	.attach = interval_attach,
	.detach = interval_detach,
	.bound = true,
	.verbs = interval_verbs,
	.show = interval_show,
};
