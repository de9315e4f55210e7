// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: f268f6cf875f ("mm/khugepaged: invoke MMU notifiers in shmem/file collapse paths") is of the same kind
// broke: the guest goes on using the small pages that a huge page was made from
// file: mm/khugepaged.c
// tests: mn_hugepage_test:*collapse*
// tests: mn_hugepage_test:*khugepaged*
// expect: contract

@@
expression range;
@@
collapse_huge_page(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(collapse_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(collapse_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(collapse_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
