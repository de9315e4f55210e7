/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernel series, v5.10 to v7.2.
 *
 * The only file that knows kernel versions and the names that struct kvm's
 * fields have had. Where the type system can tell two series apart it does, as
 * distributions backport without changing the version.
 */
#ifndef MN_COMPAT_H
#define MN_COMPAT_H

#include <linux/kernel.h>

/* Said here, or kvm_host.h would fail less clearly. */
#if !IS_ENABLED(CONFIG_KVM)
#error "mmu_notifier_inject needs a kernel with CONFIG_KVM=y or m"
#endif
#ifndef CONFIG_MMU_NOTIFIER
#error "mmu_notifier_inject needs a kernel with CONFIG_MMU_NOTIFIER=y"
#endif
#ifndef CONFIG_KPROBES
#error "mmu_notifier_inject needs a kernel with CONFIG_KPROBES=y"
#endif
#ifndef CONFIG_DEBUG_FS
#error "mmu_notifier_inject needs a kernel with CONFIG_DEBUG_FS=y"
#endif

#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/random.h>
#include <linux/version.h>

/* The taint of the unsafe mode: TAINT_TEST came with v5.19. */
#ifdef TAINT_TEST
#define MNI_TAINT	TAINT_TEST
#else
#define MNI_TAINT	TAINT_USER
#endif

/* change_pte went away in v6.10. */
#define MNI_HAVE_CHANGE_PTE	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0))

/* Events up to this one exist: MMU_NOTIFY_EXCLUSIVE came with v5.14. */
#define MNI_HAVE_EXCLUSIVE	(LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0))

/* What the young callbacks return: int, in later series bool. */
typedef typeof(((struct mmu_notifier_ops *)NULL)->test_young(NULL, NULL, 0))
	mni_young_t;

/* The event that the OOM reaper's invalidations carry. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
#define MNI_REAP_EVENT	MMU_NOTIFY_CLEAR
#else
#define MNI_REAP_EVENT	MMU_NOTIFY_UNMAP
#endif

/* Fills @range; @flags is 0 or MMU_NOTIFIER_RANGE_BLOCKABLE. */
static inline void mni_compat_range_init(struct mmu_notifier_range *range,
					 unsigned int flags,
					 struct mm_struct *mm,
					 unsigned long start, unsigned long end)
{
	memset(range, 0, sizeof(*range));
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	mmu_notifier_range_init(range, MNI_REAP_EVENT, flags, mm, start, end);
#else
	/* No vma: only the PROTECTION_VMA event has a reader for it. */
	mmu_notifier_range_init(range, MNI_REAP_EVENT, flags, NULL, mm, start,
				end);
#endif
}

/*
 * __mmu_notifier_invalidate_range_end() as the OOM reaper calls it: before v6.6
 * it also takes only_end, false there.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define MNI_RANGE_END_PARAMS		struct mmu_notifier_range *range
#define MNI_CALL_RANGE_END(call, range)	((call)(range))
#else
#define MNI_RANGE_END_PARAMS		struct mmu_notifier_range *range, bool only_end
#define MNI_CALL_RANGE_END(call, range)	((call)(range, false))
#endif

/* vm_flags may be set directly up to v6.2, and from v6.3 on only so. */
static inline void mni_compat_vm_flags_set(struct vm_area_struct *vma,
					   unsigned long flags)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_set(vma, flags);
#else
	vma->vm_flags |= flags;
#endif
}

/*
 * Frames of a driver by PMD: KVM finds them since v6.12, which brought this option.
 * Their number was a pfn_t before v6.17.
 */
#ifdef CONFIG_ARCH_SUPPORTS_PMD_PFNMAP
#define MNI_HAVE_PFNMAP_PMD	1
#else
#define MNI_HAVE_PFNMAP_PMD	0
#endif

#if MNI_HAVE_PFNMAP_PMD
#if __has_include("linux/pfn_t.h")
#include <linux/pfn_t.h>
#define MNI_PMD_PFN(pfn)	__pfn_to_pfn_t(pfn, 0)
#else
#define MNI_PMD_PFN(pfn)	(pfn)
#endif

static inline vm_fault_t mni_compat_insert_pmd(struct vm_fault *vmf, unsigned long pfn,
					       bool write)
{
	return vmf_insert_pfn_pmd(vmf, MNI_PMD_PFN(pfn), write);
}
#endif

/* A random number in [0, @ceil). */
static inline u32 mni_compat_random_below(u32 ceil)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	return get_random_u32_below(ceil);
#else
	return prandom_u32_max(ceil);
#endif
}

/*
 * KVM's invalidation state. All reads are lockless snapshots; the caller keeps
 * the VM alive. A function that returns bool says whether this kernel has the
 * field; its out parameters are written only if so.
 */
static inline long mni_kvm_count(struct kvm *kvm)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	return READ_ONCE(kvm->mmu_invalidate_in_progress);
#else
	return READ_ONCE(kvm->mmu_notifier_count);
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
#define MNI_KVM_SEQ(kvm)	((kvm)->mmu_invalidate_seq)
#else
#define MNI_KVM_SEQ(kvm)	((kvm)->mmu_notifier_seq)
#endif

static inline unsigned long mni_kvm_seq(struct kvm *kvm)
{
	return READ_ONCE(MNI_KVM_SEQ(kvm));
}

/* A spinlock everywhere before v5.12. */
#ifdef KVM_HAVE_MMU_RWLOCK
#define MNI_KVM_LOCK(kvm)	write_lock(&(kvm)->mmu_lock)
#define MNI_KVM_UNLOCK(kvm)	write_unlock(&(kvm)->mmu_lock)
#else
#define MNI_KVM_LOCK(kvm)	spin_lock(&(kvm)->mmu_lock)
#define MNI_KVM_UNLOCK(kvm)	spin_unlock(&(kvm)->mmu_lock)
#endif

/* The only write, under KVM's lock as its own are. Return: whether @seq is more than it was. */
static inline bool mni_kvm_raise_seq(struct kvm *kvm, unsigned long seq)
{
	bool is_more;

	MNI_KVM_LOCK(kvm);
	is_more = seq > MNI_KVM_SEQ(kvm);
	if (is_more)
		WRITE_ONCE(MNI_KVM_SEQ(kvm), seq);
	MNI_KVM_UNLOCK(kvm);
	return is_more;
}

static inline bool mni_kvm_active(struct kvm *kvm, unsigned long *active)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 15, 0)
	*active = READ_ONCE(kvm->mn_active_invalidate_count);
	return true;
#else
	return false;
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
#define MNI_KVM_RANGE(kvm, which)	((kvm)->mmu_invalidate_range_##which)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#define MNI_KVM_RANGE(kvm, which)	((kvm)->mmu_notifier_range_##which)
#endif

/* @unit: "hva" (bytes, up to v6.7) or "gfn" (guest frame numbers). */
static inline bool mni_kvm_range(struct kvm *kvm, u64 *start, u64 *end,
				 const char **unit)
{
#ifdef MNI_KVM_RANGE
	*start = READ_ONCE(MNI_KVM_RANGE(kvm, start));
	*end = READ_ONCE(MNI_KVM_RANGE(kvm, end));
	*unit = __builtin_types_compatible_p(typeof(MNI_KVM_RANGE(kvm, start)),
					     gfn_t) ? "gfn" : "hva";
	return true;
#else
	return false;
#endif
}

#endif /* MN_COMPAT_H */
