// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 854e9ed09ded ("mm: support madvise(MADV_FREE)") introduced the rule
// broke: what the guest writes between the page is marked clean and KVM is notified makes it dirty for nobody, and is lost
// file: mm/madvise.c
// tests: mn_order_test:*/madvise_free.*
// expect: contract 5

@@
expression range;
@@
 madvise_free_single_vma(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(madv_free_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(madv_free_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
