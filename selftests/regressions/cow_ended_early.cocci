// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 6bdb913f0a70 ("mm: wrap calls to set_pte_at_notify with invalidate_range_start and invalidate_range_end") introduced today's rule
// broke: a vCPU that reads before the copy is in place maps the old page again, and misses what is written to the new one
// file: mm/memory.c
// file: mm/hugetlb.c
// tests: mn_order_test:*/fork_hold.*
// tests: mn_order_test:*/proc_mem_force.*
// expect: contract 5

@@
identifier fn =~ "^(wp_page_copy|hugetlb_wp)$";
expression range;
@@
 fn(...)
 {
 <...
(
  mmu_notifier_invalidate_range_start(range);
+ if (mn_regress(cow_ended_early))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(cow_ended_early))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(cow_ended_early))
+	mmu_notifier_invalidate_range_only_end(range);
)
 ...>
 }
