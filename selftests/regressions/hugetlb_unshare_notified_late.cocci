// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 6dfeaff93be1 ("hugetlb/userfaultfd: unshare all pmds for hugetlbfs when register wp")
// broke: the guest goes on using huge pages for a moment whose page table was taken away from the process
// file: mm/hugetlb.c
// tests: mn_order_test:*/unshare_*
// expect: contract 5

@@
expression range;
@@
 hugetlb_unshare_pmds(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(hugetlb_unshare_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(hugetlb_unshare_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
