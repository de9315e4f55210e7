// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 550a7d60bd5e ("mm, hugepages: add mremap() support for hugepage backed vma") introduced the rule
// broke: while mremap() of hugetlb is under way, the guest uses pages that belong to the new address already
// file: mm/hugetlb.c
// tests: mn_delay_test:moved.hugetlb.*
// expect: contract 5

@@
expression range;
@@
move_hugetlb_page_tables(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(hugetlb_move_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(hugetlb_move_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
...>
}
