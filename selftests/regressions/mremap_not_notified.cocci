// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 7b6efc2bc4f1 ("mremap: avoid sending one IPI per page") introduced today's rule
// broke: after mremap() the guest keeps using the pages of the old address
// file: mm/mremap.c
// file: mm/hugetlb.c
// tests: mn_unmap_test:*.mremap*
// expect: contract

@@
identifier fn =~ "^(move_page_tables|move_hugetlb_page_tables)$";
expression range;
@@
fn(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(mremap_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(mremap_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(mremap_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
