// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2")
// broke: KVM is told of a migration when the old page is already unmapped: what the guest writes in between is lost
// file: mm/rmap.c
// tests: mn_migrate_test:*.move_pages_*
// expect: contract

@@
expression range;
@@
 try_to_migrate_one(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(migration_told_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(migration_told_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
