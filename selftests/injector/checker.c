// SPDX-License-Identifier: GPL-2.0
/*
 * The kind checker: does the mm keep to start() and end()?
 *
 * Whoever has translated by an entry of the page table relies on what it gave:
 * this page, that it can be written, that it is dirty already, that it is mapped
 * huge. The mm may take any of this back between a start and the end that belongs
 * to it, and at no other time. A start that comes late and an end that comes
 * early are then the same thing as none: something went outside.
 *
 * So the checker keeps what each page of its range had when it last looked. It
 * looks in start() and in end(), before a fault can give back what was taken, and
 * on command. What is gone while no start is open has been taken outside, however
 * briefly. What an entry gains needs no notice.
 *
 * It looks without the page table's lock, which whoever changes an entry in two
 * steps holds, and takes that lock only to make sure.
 */
#include <linux/hugetlb.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/ptrace.h>
#include <linux/slab.h>

#include "mni.h"

#define MAX_PAGES	(1UL << 20)
#define LOCK_TRIES	1000

/* What an entry gives: these, and above them the page frame number; 0 nothing. */
#define PRESENT		0x1UL
#define WRITABLE	0x2UL
#define DIRTY		0x4UL
#define HUGE		0x8UL
#define FLAGS		0xfUL
#define PFN_SHIFT	4

struct mni_checked_page {
	unsigned long was;
	unsigned int open;	/* starts without their end */
	unsigned int ended;	/* ends since the last look on command */
};

enum look {
	LOOK_START,
	LOOK_END,
	LOOK_FAULT,
	LOOK_COMMAND,
};

static const char * const look_names[] = {
	[LOOK_START] = "start",
	[LOOK_END] = "end",
	[LOOK_FAULT] = "fault",
	[LOOK_COMMAND] = "look",
};

static bool lost(unsigned long was, unsigned long now)
{
	return was && ((was & ~now & FLAGS) || (was ^ now) >> PFN_SHIFT);
}

/* ---- the page table; with interrupts off no part of it is freed ---- */

static pmd_t *find_pmd(struct mm_struct *mm, unsigned long address)
{
	pgd_t pgd, *pgdp = pgd_offset(mm, address);
	p4d_t p4d, *p4dp;
	pud_t pud, *pudp;

	pgd = READ_ONCE(*pgdp);
	if (pgd_none(pgd))
		return NULL;
	p4dp = p4d_offset_lockless(pgdp, pgd, address);
	p4d = READ_ONCE(*p4dp);
	if (!p4d_present(p4d))
		return NULL;
	pudp = pud_offset_lockless(p4dp, p4d, address);
	pud = READ_ONCE(*pudp);
	if (!pud_present(pud) || pud_leaf(pud))
		return NULL;
	return pmd_offset_lockless(pudp, pud, address);
}

static unsigned long gives(unsigned long pfn, bool writable, bool dirty, bool huge)
{
	return pfn << PFN_SHIFT | PRESENT | (writable ? WRITABLE : 0) |
	       (dirty ? DIRTY : 0) | (huge ? HUGE : 0);
}

static unsigned long entry_at(pmd_t *pmdp, unsigned long address)
{
	pmd_t pmd;
	pte_t pte;

	if (!pmdp)
		return 0;
	pmd = READ_ONCE(*pmdp);
	if (!pmd_present(pmd))
		return 0;
	if (pmd_leaf(pmd))
		return gives(pmd_pfn(pmd) + pte_index(address), pmd_write(pmd),
			     pmd_dirty(pmd), true);
	pte = READ_ONCE(*pte_offset_kernel(&pmd, address));
	if (!pte_present(pte))
		return 0;
	return gives(pte_pfn(pte), pte_write(pte), pte_dirty(pte), false);
}

static bool try_entry_at(struct mm_struct *mm, unsigned long address, unsigned long *now)
{
	pmd_t pmd, *pmdp = find_pmd(mm, address);
	spinlock_t *lock;
	bool same;

	*now = 0;
	if (!pmdp)
		return true;
	pmd = READ_ONCE(*pmdp);
	lock = pmd_present(pmd) && !pmd_leaf(pmd) ? pte_lockptr(mm, &pmd) :
						    pmd_lockptr(mm, pmdp);
	if (!spin_trylock(lock))
		return false;
	same = pmd_val(READ_ONCE(*pmdp)) == pmd_val(pmd);
	if (same)
		*now = entry_at(pmdp, address);
	spin_unlock(lock);
	return same;
}

/*
 * The same with nobody in the middle of a change. Its lock is only tried: who has
 * it may be waiting for this CPU to flush its TLB.
 */
static bool settled_entry_at(struct mm_struct *mm, unsigned long address, unsigned long *now)
{
	unsigned int n;

	for (n = 0; n < LOCK_TRIES; n++) {
		if (try_entry_at(mm, address, now))
			return true;
		cpu_relax();
	}
	return false;
}

/* ---- what is seen there ---- */

static void breach(struct mni_injector *inj, const struct mni_checked_page *page,
		   unsigned long address, unsigned long now, enum look look)
{
	if (atomic64_inc_return(&inj->counters.outside) > 1)
		return;
	inj->checker.first = (struct mni_outside) {
		.address = address,
		.was = page->was,
		.now = now,
		.ended = page->ended,
		.seen = look_names[look],
	};
}

static void look_at(struct mni_injector *inj, pmd_t *pmdp, unsigned long address,
		    enum look look)
{
	struct mni_checked_page *page = &inj->checker.pages[(address - inj->range.start) >>
							    PAGE_SHIFT];
	/* An end without a start was under way when this injector was attached. */
	bool inside = page->open || look == LOOK_END;
	unsigned long now = entry_at(pmdp, address);
	bool known = true;

	if (lost(page->was, now)) {
		if (inside)
			atomic64_inc(&inj->counters.changed);
		else
			known = settled_entry_at(inj->mm, address, &now);
		if (!inside && known && lost(page->was, now))
			breach(inj, page, address, now, look);
	}
	if (known)
		page->was = now;
	if (look == LOOK_START)
		page->open++;
	if (look == LOOK_END && page->open)
		page->open--;
	if (look == LOOK_END)
		page->ended++;
	if (look == LOOK_COMMAND)
		page->ended = 0;
}

static unsigned long lock_pages(struct mni_injector *inj)
	__acquires(&inj->checker.lock)
{
	unsigned long flags;

	/* In a kprobe lockdep may allow trylock alone; no holder of this lock faults. */
	while (!raw_spin_trylock_irqsave(&inj->checker.lock, flags))
		cpu_relax();
	return flags;
}

/* Page table by page table, so that interrupts are not off for long. */
static void look_over(struct mni_injector *inj, unsigned long start, unsigned long end,
		      enum look look)
{
	unsigned long address = max(start & PAGE_MASK, inj->range.start);
	unsigned long next, flags;
	pmd_t *pmdp;

	end = min(end, inj->range.end);
	while (address < end) {
		next = pmd_addr_end(address, end);
		flags = lock_pages(inj);
		pmdp = find_pmd(inj->mm, address);
		for (; address < next; address += PAGE_SIZE)
			look_at(inj, pmdp, address, look);
		raw_spin_unlock_irqrestore(&inj->checker.lock, flags);
	}
}

static int before_fault(struct kprobe *probe, struct pt_regs *regs)
{
	struct mni_injector *inj = container_of(probe, struct mni_injector,
						checker.probe);
	struct vm_area_struct *vma = (void *)regs_get_kernel_argument(regs, 0);
	unsigned long address = regs_get_kernel_argument(regs, 1) & PAGE_MASK;

	if (vma->vm_mm == inj->mm)
		look_over(inj, address, address + PAGE_SIZE, LOOK_FAULT);
	return 0;
}

static int checker_start(struct mmu_notifier *mn,
			 const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);
	unsigned long pages = mni_aim_overlap(inj, range->start, range->end);

	if (!pages)
		return 0;
	mni_count_start(inj, range, pages, false);
	if (mni_aim_event(inj, range))
		look_over(inj, range->start, range->end, LOOK_START);
	return 0;
}

static void checker_end(struct mmu_notifier *mn,
			const struct mmu_notifier_range *range)
{
	struct mni_injector *inj = mni_injector_of(mn);

	if (!mni_aim_overlap(inj, range->start, range->end))
		return;
	if (mni_aim_event(inj, range))
		look_over(inj, range->start, range->end, LOOK_END);
	atomic64_inc(&inj->counters.ends);
}

static const struct mmu_notifier_ops checker_ops = {
	MNI_HLIST_OPS
	.invalidate_range_start = checker_start,
	.invalidate_range_end = checker_end,
};

/* Faults after the notifier: what a start that it missed takes would seem lost. */
static int checker_attach(struct mni_injector *inj)
{
	struct mni_checker_state *s = &inj->checker;
	unsigned long nr = (inj->range.end - inj->range.start) >> PAGE_SHIFT;
	int err;

	if (nr > MAX_PAGES)
		return -EINVAL;
	s->pages = kvcalloc(nr, sizeof(*s->pages), GFP_KERNEL);
	if (!s->pages)
		return -ENOMEM;
	err = mni_hlist_attach(inj);
	if (err)
		goto no_notifier;
	err = mni_probe(&s->probe, "handle_mm_fault", before_fault);
	if (err)
		goto no_probe;
	return 0;

no_probe:
	err = -ENXIO;
	mni_hlist_detach(inj);
	WRITE_ONCE(inj->released, false);
no_notifier:
	kvfree(s->pages);
	s->pages = NULL;
	return err;
}

static void checker_detach(struct mni_injector *inj)
{
	unregister_kprobe(&inj->checker.probe);
	mni_hlist_detach(inj);
	kvfree(inj->checker.pages);
	inj->checker.pages = NULL;
}

static int look_now(struct mni_injector *inj, char **args)
{
	if (!inj->registered)
		return -EINVAL;
	look_over(inj, inj->range.start, inj->range.end, LOOK_COMMAND);
	return 0;
}

static const struct mni_verb checker_verbs[] = {
	{ "look", 0, false, look_now },
	{ }
};

static void checker_show(struct seq_file *seq, const struct mni_injector *inj)
{
	const struct mni_outside *first = &inj->checker.first;
	const struct mni_counters *c = &inj->counters;

	seq_printf(seq, "ends %lld\nchanged %lld\noutside %lld\n",
		   atomic64_read(&c->ends), atomic64_read(&c->changed),
		   atomic64_read(&c->outside));
	if (atomic64_read(&c->outside))
		seq_printf(seq, "outside_at 0x%lx\noutside_was 0x%lx\noutside_now 0x%lx\noutside_ended %u\noutside_seen %s\n",
			   first->address, first->was, first->now,
			   first->ended, first->seen ?: "-");
}

const struct mni_kind mni_checker = {
	.name = "checker",
	.ops = &checker_ops,
	.attach = checker_attach,
	.detach = checker_detach,
	.bound = true,
	.verbs = checker_verbs,
	.show = checker_show,
};
