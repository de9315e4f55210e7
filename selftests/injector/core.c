// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of the mm core's own invalidation functions.
 *
 * A non-blockable invalidation is what the OOM reaper issues on a dying
 * process; calling the same functions on a living one is the only way to meet
 * a refusal and a running guest at once. They are not exported. Registering a
 * kprobe on a symbol yields its address. On kernels with indirect branch
 * tracking that address lies past the landing pad, and the pad may have been
 * sealed: hence static calls, which are direct, and no function pointers. The
 * inline wrappers are of no use, their lockdep map is not exported either.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/static_call.h>

#include "mni.h"

/* What the calls lead to until mni_core_init() has redirected them. */
static int start_unresolved(struct mmu_notifier_range *range)
{
	return -ENXIO;
}

static void end_unresolved(MNI_RANGE_END_PARAMS)
{
}

DEFINE_STATIC_CALL(mni_range_start, start_unresolved);
DEFINE_STATIC_CALL(mni_range_end, end_unresolved);

/* Where ftrace has the first instructions and lends them to no kprobe, as on riscv. */
#define BEHIND_FTRACE	8

int mni_probe(struct kprobe *probe, const char *symbol, kprobe_pre_handler_t handler)
{
	int err;

	/* A probe that was unregistered, or refused, cannot be registered as it is. */
	*probe = (struct kprobe){ .symbol_name = symbol, .pre_handler = handler };
	err = register_kprobe(probe);
	if (err != -EINVAL)
		return err;
	*probe = (struct kprobe){
		.symbol_name = symbol, .pre_handler = handler, .offset = BEHIND_FTRACE
	};
	return register_kprobe(probe);
}

static void *resolve(const char *symbol)
{
	struct kprobe probe;
	int err = mni_probe(&probe, symbol, NULL);

	if (err) {
		pr_err("register_kprobe(%s): error %d: this kernel cannot be used\n",
		       symbol, err);
		return NULL;
	}
	unregister_kprobe(&probe);
	return (char *)probe.addr - probe.offset;
}

int mni_core_init(void)
{
	void *start = resolve("__mmu_notifier_invalidate_range_start");
	void *end = resolve("__mmu_notifier_invalidate_range_end");

	if (!start || !end)
		return -ENXIO;
	static_call_update(mni_range_start, (typeof(start_unresolved) *)start);
	static_call_update(mni_range_end, (typeof(end_unresolved) *)end);
	return 0;
}

const char *mni_core_event(void)
{
	return mni_event_name(MNI_REAP_EVENT);
}

/* Not mmap_assert_locked(): with CONFIG_DEBUG_VM it needs what is not exported. */
static void assert_mmap_lock_held(struct mm_struct *mm)
{
	lockdep_assert_held(&mm->mmap_lock);
}

int mni_core_start(struct mm_struct *mm, const struct mni_range *bytes)
{
	struct mmu_notifier_range range;

	assert_mmap_lock_held(mm);
	/* The first registration needs mmap_lock for writing: no race. */
	if (!mm_has_notifiers(mm))
		return -ENOENT;
	mni_compat_range_init(&range, 0, mm, bytes->start, bytes->end);
	return static_call(mni_range_start)(&range);
}

void mni_core_end(struct mm_struct *mm, const struct mni_range *bytes)
{
	struct mmu_notifier_range range;

	assert_mmap_lock_held(mm);
	mni_compat_range_init(&range, 0, mm, bytes->start, bytes->end);
	MNI_CALL_RANGE_END(static_call(mni_range_end), &range);
}
