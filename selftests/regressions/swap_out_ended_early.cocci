// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2")
// broke: a vCPU that faults before the page is swapped out maps it again, and its writes are lost
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
  mmu_notifier_invalidate_range_start(range);
+ if (mn_regress(swap_out_ended_early))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(swap_out_ended_early))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
