// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2")
// broke: what the guest writes between the page is marked clean and KVM is notified never gets to the disk
// file: mm/rmap.c
// tests: mn_order_test:*/writeback.*
// expect: contract 5

@@
expression range;
@@
 page_vma_mkclean_one(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(mkclean_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(mkclean_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
