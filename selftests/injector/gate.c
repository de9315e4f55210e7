// SPDX-License-Identifier: GPL-2.0
/*
 * The kind gate: the model of a driver whose own users wait while an invalidation
 * is under way, as the SGI GRU driver's did.
 *
 * start() takes note of the range and end() wakes; a user thread that faults in
 * between sleeps until no range covers its address. A start that is not followed
 * by its end puts such users to sleep for good, which makes this kind a witness
 * of the pairing contract that real drivers would recognise.
 *
 * No callback may allocate, so the ranges are kept in a table. Those that find
 * it full are only counted, and cover every address.
 */
#include <linux/ktime.h>
#include <linux/sched.h>

#include "mni.h"

static void note(struct mni_gate_state *s,
		 const struct mmu_notifier_range *range)
{
	spin_lock(&s->lock);
	if (s->nr < MNI_GATE_RANGES)
		s->active[s->nr++] = (struct mni_range) {
			.start = range->start,
			.end = range->end,
		};
	else
		s->beyond++;
	spin_unlock(&s->lock);
}

/* Equal ranges are as good as one another. */
static void forget(struct mni_gate_state *s,
		   const struct mmu_notifier_range *range)
{
	unsigned int i;

	spin_lock(&s->lock);
	for (i = 0; i < s->nr; i++)
		if (s->active[i].start == range->start &&
		    s->active[i].end == range->end)
			break;
	if (i < s->nr)
		s->active[i] = s->active[--s->nr];
	else if (s->beyond)
		s->beyond--;
	/* Otherwise it began before this injector was attached. */
	spin_unlock(&s->lock);
}

static bool is_covered(struct mni_injector *inj, unsigned long address)
{
	struct mni_gate_state *s = &inj->gate;
	bool covered;
	unsigned int i;

	if (READ_ONCE(inj->released))
		return false;
	spin_lock(&s->lock);
	covered = s->beyond;
	for (i = 0; i < s->nr; i++)
		covered |= address >= s->active[i].start &&
			   address < s->active[i].end;
	spin_unlock(&s->lock);
	return covered;
}

static int gate_start(struct mmu_notifier *mn,
		      const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);

	if (pages) {
		mni_count_start(inj, range, pages, false);
		note(&inj->gate, range);
	}
	return 0;
}

static void gate_end(struct mmu_notifier *mn,
		     const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);

	if (!mni_aim_overlap(inj, range->start, range->end))
		return;
	forget(&inj->gate, range);
	wake_up_all(&inj->waiters);
	atomic64_inc(&inj->counters.ends);
}

static const struct mmu_notifier_ops gate_ops = {
	MNI_HLIST_OPS
	.invalidate_range_start = gate_start,
	.invalidate_range_end = gate_end,
};

/* What was under way at removal has no end any more. */
static void gate_detach(struct mni_injector *inj)
{
	struct mni_gate_state *s = &inj->gate;

	mni_hlist_detach(inj);
	spin_lock(&s->lock);
	s->nr = 0;
	s->beyond = 0;
	spin_unlock(&s->lock);
	wake_up_all(&inj->waiters);
}

static void keep_longest(atomic64_t *longest, s64 us)
{
	s64 old = atomic64_read(longest);

	while (us > old && !atomic64_try_cmpxchg(longest, &old, us))
		;
}

static int fault(struct mni_injector *inj, char **args)
{
	ktime_t begin = ktime_get();
	unsigned long address;
	int err;

	if (mni_parse_ulong(args[0], &address) ||
	    address >= inj->mm->task_size || !READ_ONCE(inj->registered))
		return -EINVAL;
	if (!is_covered(inj, address))
		return 0;
	atomic64_inc(&inj->counters.waited);
	err = wait_event_interruptible(inj->waiters,
				       !is_covered(inj, address));
	keep_longest(&inj->counters.longest_us,
		     ktime_us_delta(ktime_get(), begin));
	return err ? -EINTR : 0;
}

static const struct mni_verb gate_verbs[] = {
	{ "fault", 1, true, fault },
	{ }
};

static void gate_show(struct seq_file *seq, const struct mni_injector *inj)
{
	const struct mni_counters *c = &inj->counters;

	seq_printf(seq, "ends %lld\nactive %lu\nwaited %lld\nlongest_us %lld\n",
		   atomic64_read(&c->ends),
		   READ_ONCE(inj->gate.nr) + READ_ONCE(inj->gate.beyond),
		   atomic64_read(&c->waited), atomic64_read(&c->longest_us));
}

const struct mni_kind mni_gate = {
	.name = "gate",
	.ops = &gate_ops,
	.attach = mni_hlist_attach,
	.detach = gate_detach,
	.verbs = gate_verbs,
	.show = gate_show,
};
