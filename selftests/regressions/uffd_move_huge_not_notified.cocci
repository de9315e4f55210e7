// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: adef440691ba ("userfaultfd: UFFDIO_MOVE uABI") introduced the rule
// broke: a huge page that was moved by UFFDIO_MOVE stays mapped in the guest at its old place
// file: mm/huge_memory.c
// tests: mn_cow_test:*.anon_thp.uffd_move
// expect: contract

@@
expression range;
@@
move_pages_huge_pmd(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(uffd_move_huge_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(uffd_move_huge_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
...>
}
