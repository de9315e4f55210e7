// SPDX-License-Identifier: GPL-2.0
/*
 * Which injectors are attached, and to which mm.
 *
 * Kept for one rule. An interval notifier is told of an invalidation before
 * every hlist notifier, and when one of these then refuses, no kernel so far
 * tells it that the invalidation is over: whoever reads the interval's sequence
 * or removes it afterwards sleeps for ever, SIGKILL or not. Closing the file of
 * a killed test would do just that. So the two do not meet on one mm, unless
 * the later one was told to by its knob `mixed`.
 */
#include "mni.h"

void mni_roster_init(struct mni_roster *roster)
{
	mutex_init(&roster->lock);
	INIT_LIST_HEAD(&roster->attached);
}

static bool never_ended(const struct mni_injector *one,
			const struct mni_injector *other)
{
	return one->kind == &mni_interval && other->kind == &mni_refuser;
}

int mni_roster_join(struct mni_roster *roster, struct mni_injector *inj)
{
	struct mni_injector *other;
	int err = 0;

	mutex_lock(&roster->lock);
	list_for_each_entry(other, &roster->attached, node)
		if (other->mm == inj->mm && !inj->knobs.mixed &&
		    (never_ended(inj, other) || never_ended(other, inj)))
			err = -EBUSY;
	if (!err)
		list_add(&inj->node, &roster->attached);
	mutex_unlock(&roster->lock);
	return err;
}

void mni_roster_leave(struct mni_roster *roster, struct mni_injector *inj)
{
	mutex_lock(&roster->lock);
	list_del(&inj->node);
	mutex_unlock(&roster->lock);
}
