// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 6dfeaff93be1 ("hugetlb/userfaultfd: unshare all pmds for hugetlbfs when register wp")
// broke: KVM is not notified when a shared hugetlb page table is unshared
// file: mm/hugetlb.c
// tests: mn_hugepage_test:*unshare*
// expect: contract
// expect: no effect

@@
expression range;
@@
hugetlb_unshare_pmds(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(hugetlb_unshare_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(hugetlb_unshare_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(hugetlb_unshare_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
