// SPDX-License-Identifier: GPL-2.0
/*
 * Which injectors are attached, and to which mm.
 *
 * Kept for one rule. An mm that has an interval notifier counts its active
 * invalidations, and goes on to do so when the last one is removed. When an
 * hlist notifier then refuses, no kernel so far takes the count back, and from
 * then on whoever begins to use an interval of that mm or removes one sleeps for
 * ever, SIGKILL or not: closing the file of a killed test would do just that.
 *
 * So no eagain is attached to an mm that has or had an interval, and no
 * interval beside eagain, unless the later one was told to by its knob
 * `mixed`. The mm is remembered until it is found dead: whether it ever had an
 * interval is nothing that the kernel tells.
 */
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "mni.h"

/* An mm that an interval was attached to, held by mmgrab(). */
struct counting {
	struct list_head node;
	struct mm_struct *mm;
};

void mni_attached_mms_init(struct mni_attached_mms *mms)
{
	mutex_init(&mms->lock);
	INIT_LIST_HEAD(&mms->injectors);
	INIT_LIST_HEAD(&mms->counting);
}

static void forget(struct mni_attached_mms *mms, bool living_too)
{
	struct counting *c, *next;

	list_for_each_entry_safe(c, next, &mms->counting, node) {
		if (!living_too && atomic_read(&c->mm->mm_users))
			continue;
		list_del(&c->node);
		mmdrop(c->mm);
		kfree(c);
	}
}

void mni_attached_mms_exit(struct mni_attached_mms *mms)
{
	forget(mms, true);
}

static bool is_counting(const struct mni_attached_mms *mms,
			const struct mm_struct *mm)
{
	const struct counting *c;

	list_for_each_entry(c, &mms->counting, node)
		if (c->mm == mm)
			return true;
	return false;
}

/* An attach that then fails may have set the mm counting all the same. */
static int remember(struct mni_attached_mms *mms, struct mm_struct *mm)
{
	struct counting *c;

	if (is_counting(mms, mm))
		return 0;
	c = kmalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	mmgrab(mm);
	c->mm = mm;
	list_add(&c->node, &mms->counting);
	return 0;
}

static bool has_eagain(const struct mni_attached_mms *mms,
			const struct mm_struct *mm)
{
	const struct mni_injector *other;

	list_for_each_entry(other, &mms->injectors, node)
		if (other->mm == mm && other->kind == &mni_eagain)
			return true;
	return false;
}

static int join(struct mni_attached_mms *mms, struct mni_injector *inj)
{
	int err = 0;

	if (inj->kind == &mni_eagain) {
		if (!inj->knobs.mixed && is_counting(mms, inj->mm))
			return -EBUSY;
	} else if (inj->kind == &mni_interval) {
		if (!inj->knobs.mixed && has_eagain(mms, inj->mm))
			return -EBUSY;
		err = remember(mms, inj->mm);
	}
	if (!err)
		list_add(&inj->node, &mms->injectors);
	return err;
}

int mni_attached_mms_join(struct mni_attached_mms *mms, struct mni_injector *inj)
{
	int err;

	mutex_lock(&mms->lock);
	forget(mms, false);
	err = join(mms, inj);
	mutex_unlock(&mms->lock);
	return err;
}

void mni_attached_mms_leave(struct mni_attached_mms *mms, struct mni_injector *inj)
{
	mutex_lock(&mms->lock);
	list_del(&inj->node);
	mutex_unlock(&mms->lock);
}
