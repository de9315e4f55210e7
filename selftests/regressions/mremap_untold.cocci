// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 7b6efc2bc4f1 ("mremap: avoid sending one IPI per page") made the rule as it is
// broke: mremap() leaves the guest on the pages of the old address
// file: mm/mremap.c
// file: mm/hugetlb.c
// tests: mn_unmap_test:*.mremap*
// expect: contract

@@
expression range;
@@
move_page_tables(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(mremap_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(mremap_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(mremap_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}

@@
expression range;
@@
move_hugetlb_page_tables(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(mremap_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(mremap_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(mremap_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
