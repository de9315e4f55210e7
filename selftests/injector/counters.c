// SPDX-License-Identifier: GPL-2.0
/*
 * What an injector has seen, by event and by caller.
 *
 * The counters are the proof that a pressure reached the memory it was aimed
 * at: the right event, caused by the right thread, inside the range. Callbacks
 * come from many contexts, some under page table locks, so there is nothing
 * here but atomic additions.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "mni.h"

static const char * const callback_names[MNI_NR_CALLBACKS] = {
	[MNI_CLEAR_FLUSH_YOUNG] = "clear_flush_young",
	[MNI_CLEAR_YOUNG] = "clear_young",
	[MNI_TEST_YOUNG] = "test_young",
#if MNI_HAVE_CHANGE_PTE
	[MNI_CHANGE_PTE] = "change_pte",
#endif
};

/*
 * Only pointers are compared, so a caller that is being replaced needs no
 * reference here.
 */
static enum mni_caller caller_of(struct mni_injector *inj)
{
	if (task_pid(current) == READ_ONCE(inj->caller))
		return MNI_CALLER_PRESSURE;
	if (task_tgid(current) == inj->process)
		return MNI_CALLER_OWN;
	return MNI_CALLER_OTHER;
}

void mni_count_start(struct mni_injector *inj,
		     const struct mmu_notifier_range *range,
		     unsigned long pages, bool refused)
{
	struct mni_counters *c = &inj->counters;
	unsigned int event = mni_event_row(range->event);

	atomic64_inc(&c->starts);
	atomic64_inc(mmu_notifier_range_blockable(range) ? &c->blockable :
							   &c->nonblockable);
	atomic64_inc(refused ? &c->refused : &c->accepted);
	atomic64_add(pages, &c->pages);
	atomic64_inc(&c->event[event][caller_of(inj)]);
}

void mni_count_callback(struct mni_injector *inj, enum mni_callback callback)
{
	atomic64_inc(&inj->counters.callback[callback][caller_of(inj)]);
}

void mni_counters_reset(struct mni_counters *counters)
{
	atomic64_t *counter = (atomic64_t *)counters;
	size_t i;

	for (i = 0; i < sizeof(*counters) / sizeof(*counter); i++)
		atomic64_set(&counter[i], 0);
}

static void show_row(struct seq_file *seq, const char *what, const char *name,
		     const atomic64_t *row)
{
	seq_printf(seq, "%s %s %lld %lld %lld\n", what, name,
		   atomic64_read(&row[MNI_CALLER_PRESSURE]),
		   atomic64_read(&row[MNI_CALLER_OWN]),
		   atomic64_read(&row[MNI_CALLER_OTHER]));
}

void mni_counters_show(struct seq_file *seq, const struct mni_counters *c)
{
	seq_printf(seq, "starts %lld\nblockable %lld\nnonblockable %lld\naccepted %lld\nrefused %lld\npages %lld\n",
		   atomic64_read(&c->starts), atomic64_read(&c->blockable),
		   atomic64_read(&c->nonblockable),
		   atomic64_read(&c->accepted), atomic64_read(&c->refused),
		   atomic64_read(&c->pages));
}

void mni_events_show(struct seq_file *seq, const struct mni_counters *c)
{
	size_t i;

	for (i = 0; i < mni_event_rows(); i++)
		show_row(seq, "event", mni_event_name(i), c->event[i]);
	for (i = 0; i < ARRAY_SIZE(callback_names); i++)
		if (callback_names[i])
			show_row(seq, "callback", callback_names[i],
				 c->callback[i]);
}
