// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: fork() write-protects first and notifies then: until then the guest writes to pages that the child has too
// file: mm/memory.c
// file: mm/hugetlb.c
// tests: mn_order_test:*/fork_hold.*
// tests: mn_order_test:*/fork_leave.*
// expect: contract 5

@@
identifier fn =~ "^(copy_page_range|copy_hugetlb_page_range)$";
expression range;
@@
 fn(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(fork_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(fork_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
