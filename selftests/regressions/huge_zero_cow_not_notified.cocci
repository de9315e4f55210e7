// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 1ced09e0331f ("mm: allocate THP on hugezeropage wp-fault") introduced the rule
// broke: the guest goes on reading the huge zero page after somebody wrote there
// file: mm/huge_memory.c
// tests: mn_hugepage_test:*.zero_page_write
// expect: contract
// expect: kernel BUG at

@@
expression range;
@@
do_huge_zero_wp_pmd(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(huge_zero_cow_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(huge_zero_cow_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
...>
}
