// SPDX-License-Identifier: GPL-2.0
/*
 * The kind delay: takes its time in start(), in end(), or in both.
 *
 * A delay behind KVM's start(), or before its end(), holds KVM's count up, and
 * turns races with it into certainties.
 *
 * The contract lets start() and end() of a blockable range sleep, under
 * whatever locks their caller holds, and nothing else. A non-blockable range is
 * therefore delayed by spinning, and for so short a time that nobody takes it
 * for a lockup; the callbacks without an end run under page table locks and
 * are never delayed.
 *
 * The core's SRCU is one for all mms, so a delay can hold up removals
 * elsewhere: the knobs end at one second, and no delay outlasts the removal of
 * its injector, the death of the mm, or a SIGKILL to the task that waits.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "mni.h"

#define MAX_SPIN_US	1000L

static bool must_go_on(const struct mni_injector *inj)
{
	return READ_ONCE(inj->released) || fatal_signal_pending(current);
}

static void sleep_until(struct mni_injector *inj, ktime_t until)
{
	DEFINE_WAIT(wait);

	do {
		prepare_to_wait(&inj->waiters, &wait, TASK_KILLABLE);
	} while (!must_go_on(inj) &&
		 schedule_hrtimeout(&until, HRTIMER_MODE_ABS));
	finish_wait(&inj->waiters, &wait);
}

static void spin_until(struct mni_injector *inj, ktime_t until)
{
	while (!must_go_on(inj) && ktime_before(ktime_get(), until))
		cpu_relax();
}

/*
 * Counted when it begins, so that whoever reads the counters can catch it
 * under way.
 */
static void delay(struct mni_injector *inj,
		  const struct mmu_notifier_range *range, long us,
		  atomic64_t *counter)
{
	ktime_t begin = ktime_get();

	atomic64_inc(counter);
	if (mmu_notifier_range_blockable(range))
		sleep_until(inj, ktime_add_us(begin, us));
	else
		spin_until(inj, ktime_add_us(begin, min(us, MAX_SPIN_US)));
	atomic64_add(ktime_us_delta(ktime_get(), begin),
		     &inj->counters.delayed_us);
}

static long read_knob(struct mni_injector *inj, const long *knob)
{
	long us;

	spin_lock(&inj->knob_lock);
	us = *knob;
	spin_unlock(&inj->knob_lock);
	return us;
}

static int delay_start(struct mmu_notifier *mn,
		       const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);
	long us = read_knob(inj, &inj->knobs.delay_start_us);

	if (!pages)
		return 0;
	mni_count_start(inj, range, pages, false);
	if (us && mni_aim_hit(inj, range, pages, "delaying start of"))
		delay(inj, range, us, &inj->counters.delayed_starts);
	return 0;
}

static void delay_end(struct mmu_notifier *mn,
		      const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);
	long us = read_knob(inj, &inj->knobs.delay_end_us);

	if (!pages)
		return;
	if (us && mni_aim_hit(inj, range, pages, "delaying end of"))
		delay(inj, range, us, &inj->counters.delayed_ends);
	atomic64_inc(&inj->counters.ends);
}

static const struct mmu_notifier_ops delay_ops = {
	MNI_HLIST_OPS
	.invalidate_range_start = delay_start,
	.invalidate_range_end = delay_end,
};

static void delay_show(struct seq_file *seq, const struct mni_injector *inj)
{
	const struct mni_counters *c = &inj->counters;

	seq_printf(seq, "ends %lld\ndelayed_starts %lld\ndelayed_ends %lld\ndelayed_us %lld\n",
		   atomic64_read(&c->ends), atomic64_read(&c->delayed_starts),
		   atomic64_read(&c->delayed_ends),
		   atomic64_read(&c->delayed_us));
}

const struct mni_kind mni_delay = {
	.name = "delay",
	.ops = &delay_ops,
	.attach = mni_hlist_attach,
	.detach = mni_hlist_detach,
	.show = delay_show,
};
