// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: punching a hole into a hugetlb file frees huge pages that the guest keeps using
// file: mm/hugetlb.c
// tests: mn_unmap_test:*.hugetlb_shared.fallocate_punch
// expect: contract

@@
identifier fn =~ "^(__unmap_hugepage_range|unmap_hugepage_range)$";
expression range;
@@
fn(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(hugetlb_hole_punch_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(hugetlb_hole_punch_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(hugetlb_hole_punch_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
