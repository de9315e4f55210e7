// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2")
// broke: a vCPU that faults before the page is unmapped maps it again, and writes to it while it is copied
// file: mm/rmap.c
// tests: mn_order_test:*/move_pages_bulk.*
// tests: mn_order_test:*/compact.*
// expect: contract 5

@@
expression range;
@@
 try_to_migrate_one(...)
 {
 <...
(
  mmu_notifier_invalidate_range_start(range);
+ if (mn_regress(migration_ended_early))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(migration_ended_early))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
