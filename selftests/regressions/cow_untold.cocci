// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 6bdb913f0a70 ("mm: wrap calls to set_pte_at_notify with invalidate_range_start and invalidate_range_end") made the rule as it is
// broke: after copy-on-write the guest goes on reading the page that now belongs to the child alone
// file: mm/memory.c
// file: mm/hugetlb.c
// tests: mn_cow_test:*fork*
// tests: mn_cow_test:*proc_mem*
// expect: contract
// expect: kernel BUG at

@@
expression range;
@@
wp_page_copy(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(cow_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(cow_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(cow_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}

@@
expression range;
@@
hugetlb_wp(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(cow_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(cow_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(cow_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
