// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: a5338093bfb4 ("mm: move mmu notifier call from change_protection to change_pmd_range") introduced today's rule
// broke: the guest writes on to memory that is read-only already, and whoever write-protected it misses that
// file: mm/mprotect.c
// file: mm/hugetlb.c
// tests: mn_order_test:*/mprotect_none.*
// tests: mn_order_test:*/mprotect_read.*
// tests: mn_order_test:*/uffd_wp.*
// expect: contract 5

@@
identifier fn =~ "^(change_pmd_range|change_pud_range|hugetlb_change_protection)$";
expression range;
@@
 fn(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(protection_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(protection_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
