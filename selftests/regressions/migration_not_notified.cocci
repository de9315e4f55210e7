// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2") introduced today's rule
// broke: the guest keeps using the page frame that its page was migrated away from
// file: mm/rmap.c
// tests: mn_migrate_test:*.move_pages_*
// tests: mn_migrate_test:*.compact
// expect: contract

@@
expression range;
@@
try_to_migrate_one(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(migration_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(migration_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(migration_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
