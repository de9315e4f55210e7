// SPDX-License-Identifier: GPL-2.0
/*
 * What an injector acts on: a range, some events, and what its knobs pick.
 *
 * The range also limits what is counted; events and knobs do not, so that a
 * status tells what an injector let pass. A spinlock guards it all, as
 * callbacks come from any context, some under page table locks.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "mni.h"

#define ALL_EVENTS	((1UL << MNI_NR_EVENTS) - 1)

void mni_aim_init(struct mni_injector *inj)
{
	spin_lock_init(&inj->knob_lock);
	inj->everywhere = true;
	inj->events = ALL_EVENTS;
	mni_knobs_init(&inj->knobs);
	ratelimit_state_init(&inj->log_limit, DEFAULT_RATELIMIT_INTERVAL,
			     DEFAULT_RATELIMIT_BURST);
}

void mni_aim_release(struct mni_injector *inj)
{
	put_pid(inj->caller);
}

int mni_aim_range(struct mni_injector *inj, char **args)
{
	struct mni_range range = { };
	unsigned long start, len;
	bool everywhere;

	if (mni_parse_ulong(args[0], &start) || mni_parse_ulong(args[1], &len))
		return -EINVAL;
	everywhere = !start && !len;
	if (!everywhere && mni_parse_range(args[0], args[1], inj->mm, &range))
		return -EINVAL;

	spin_lock(&inj->knob_lock);
	inj->range = range;
	inj->everywhere = everywhere;
	spin_unlock(&inj->knob_lock);
	return 0;
}

int mni_aim_events(struct mni_injector *inj, char **args)
{
	unsigned long events = 0;
	int row;

	if (!*args)
		return -EINVAL;
	for (; *args; args++) {
		if (!strcmp(*args, "all")) {
			events = ALL_EVENTS;
			continue;
		}
		row = mni_event_find(*args);
		if (row < 0)
			return row;
		events |= 1UL << row;
	}

	spin_lock(&inj->knob_lock);
	inj->events = events;
	spin_unlock(&inj->knob_lock);
	return 0;
}

int mni_aim_caller(struct mni_injector *inj, char **args)
{
	struct pid *caller = NULL;
	long tid;

	if (mni_parse_long(args[0], 0, INT_MAX, &tid))
		return -EINVAL;
	if (tid) {
		caller = find_get_pid(tid);
		if (!caller)
			return -ESRCH;
	}
	spin_lock(&inj->knob_lock);
	swap(inj->caller, caller);
	spin_unlock(&inj->knob_lock);
	put_pid(caller);
	return 0;
}

int mni_aim_knob(struct mni_injector *inj, const char *name, const char *word)
{
	int err;

	spin_lock(&inj->knob_lock);
	err = mni_knobs_set(&inj->knobs, name, word);
	spin_unlock(&inj->knob_lock);
	return err == -ENOENT ? -EINVAL : err;
}

static void show_events(struct seq_file *seq, unsigned long events)
{
	unsigned int row;

	seq_puts(seq, "events");
	if (events == ALL_EVENTS)
		seq_puts(seq, " all");
	else
		for (row = 0; row < MNI_NR_EVENTS; row++)
			if (events & (1UL << row))
				seq_printf(seq, " %s", mni_event_name(row));
	seq_putc(seq, '\n');
}

void mni_aim_show(struct seq_file *seq, struct mni_injector *inj)
{
	spin_lock(&inj->knob_lock);
	seq_printf(seq, "range 0x%lx 0x%lx\n", inj->range.start,
		   inj->range.end - inj->range.start);
	show_events(seq, inj->events);
	mni_knobs_show(seq, &inj->knobs);
	seq_printf(seq, "caller %d\n", pid_vnr(inj->caller));
	spin_unlock(&inj->knob_lock);
}

unsigned long mni_aim_overlap(struct mni_injector *inj, unsigned long start,
			      unsigned long end)
{
	spin_lock(&inj->knob_lock);
	if (!inj->everywhere) {
		start = max(start, inj->range.start);
		end = min(end, inj->range.end);
	}
	spin_unlock(&inj->knob_lock);
	if (start >= end)
		return 0;
	return ((end - 1) >> PAGE_SHIFT) - (start >> PAGE_SHIFT) + 1;
}

bool mni_aim_event(struct mni_injector *inj, const struct mmu_notifier_range *range)
{
	bool is_one;

	spin_lock(&inj->knob_lock);
	is_one = inj->events & (1UL << mni_event_row(range->event));
	spin_unlock(&inj->knob_lock);
	return is_one;
}

bool mni_aim_hit(struct mni_injector *inj,
		 const struct mmu_notifier_range *range, unsigned long pages,
		 const char *doing)
{
	long verbose;
	bool hit;

	spin_lock(&inj->knob_lock);
	hit = inj->events & (1UL << mni_event_row(range->event)) &&
	      mni_knobs_hit(&inj->knobs, pages);
	verbose = inj->knobs.verbose;
	spin_unlock(&inj->knob_lock);

	if (hit && verbose > 0 && __ratelimit(&inj->log_limit)) {
		pr_notice("%s %s [0x%lx, 0x%lx)\n", doing,
			  mni_event_name(range->event), range->start,
			  range->end);
		if (verbose > 1)
			dump_stack();
	}
	return hit;
}
