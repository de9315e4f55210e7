// SPDX-License-Identifier: GPL-2.0
/*
 * What all kinds that are a plain notifier, in the mm's list, have in common:
 * registration, release, and callbacks that only count.
 */
#include <linux/mm.h>
#include <linux/sched.h>

#include "mni.h"

int mni_hlist_attach(struct mni_injector *inj)
{
	inj->mn.ops = inj->kind->ops;
	return mmu_notifier_register(&inj->mn, inj->mm);
}

void mni_hlist_detach(struct mni_injector *inj)
{
	mmu_notifier_unregister(&inj->mn, inj->mm);
}

void mni_injector_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct mni_injector *inj = mni_injector_of(mn);

	WRITE_ONCE(inj->released, true);
	wake_up_all(&inj->waiters);
}

static void count_callback(struct mmu_notifier *mn, enum mni_callback callback,
			   unsigned long start, unsigned long end)
{
	struct mni_injector *inj = mni_injector_of(mn);

	if (mni_aim_overlap(inj, start, end))
		mni_count_callback(inj, callback);
}

mni_young_t mni_clear_flush_young(struct mmu_notifier *mn, struct mm_struct *mm,
				  unsigned long start, unsigned long end)
{
	count_callback(mn, MNI_CLEAR_FLUSH_YOUNG, start, end);
	return 0;
}

mni_young_t mni_clear_young(struct mmu_notifier *mn, struct mm_struct *mm,
			    unsigned long start, unsigned long end)
{
	count_callback(mn, MNI_CLEAR_YOUNG, start, end);
	return 0;
}

mni_young_t mni_test_young(struct mmu_notifier *mn, struct mm_struct *mm,
			   unsigned long address)
{
	count_callback(mn, MNI_TEST_YOUNG, address, address + 1);
	return 0;
}

#if MNI_HAVE_CHANGE_PTE
void mni_change_pte(struct mmu_notifier *mn, struct mm_struct *mm,
		    unsigned long address, pte_t pte)
{
	count_callback(mn, MNI_CHANGE_PTE, address, address + 1);
}
#endif
