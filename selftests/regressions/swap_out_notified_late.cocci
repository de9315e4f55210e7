// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2")
// broke: KVM is notified after the page was unmapped and freed: for a moment the guest writes to memory that may have a new owner
// file: mm/rmap.c
// tests: mn_order_test:*/pageout.*
// expect: contract 5

@@
expression range;
@@
 try_to_unmap_one(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(swap_out_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(swap_out_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
