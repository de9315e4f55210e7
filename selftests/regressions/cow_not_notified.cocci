// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 6bdb913f0a70 ("mm: wrap calls to set_pte_at_notify with invalidate_range_start and invalidate_range_end") introduced today's rule
// broke: after copy-on-write the guest keeps using the old page, which now belongs to the child alone
// file: mm/memory.c
// file: mm/hugetlb.c
// tests: mn_cow_test:*fork*
// tests: mn_cow_test:*proc_mem*
// expect: contract
// expect: kernel BUG at

@@
identifier fn =~ "^(wp_page_copy|hugetlb_wp)$";
expression range;
@@
fn(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(cow_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(cow_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(cow_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
