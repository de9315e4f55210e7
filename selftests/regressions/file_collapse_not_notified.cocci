// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: f268f6cf875f ("mm/khugepaged: invoke MMU notifiers in shmem/file collapse paths")
// broke: the guest keeps using the small pages of a file that were collapsed into a huge page
// file: mm/khugepaged.c
// tests: mn_hugepage_test:*.memfd_thp.khugepaged*
// tests: mn_hugepage_test:*.memfd_thp.mprotect_half*
// tests: mn_hugepage_test:*.memfd_thp.part_mapping*
// expect: contract
// expect: no effect

@@
identifier fn =~ "^(collapse_and_free_pmd|(try_)?collapse_pte_mapped_thp|retract_page_tables)$";
expression range;
@@
fn(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(file_collapse_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(file_collapse_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(file_collapse_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
