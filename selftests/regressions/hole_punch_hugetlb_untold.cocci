// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") made the rule
// broke: a hole punched in a hugetlb file frees huge pages that the guest goes on using
// file: mm/hugetlb.c
// tests: mn_unmap_test:*.hugetlb_shared.fallocate_punch.*
// expect: contract

@@
expression range;
@@
__unmap_hugepage_range(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(hole_punch_hugetlb_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(hole_punch_hugetlb_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(hole_punch_hugetlb_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}

@@
expression range;
@@
unmap_hugepage_range(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(hole_punch_hugetlb_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(hole_punch_hugetlb_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(hole_punch_hugetlb_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
