// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: 8763cb45ab96 ("mm/migrate: new memory migration helper for use with device memory") introduced the rule
// broke: migration to a device starts an invalidation and never ends it: the guest never gets these pages again
// file: mm/migrate_device.c
// tests: mn_device_test:*.anon.device_private
// expect: contract

@@
expression range;
@@
 migrate_vma_collect(...)
 {
 <...
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(device_migration_end_missing))
+	mmu_notifier_invalidate_range_end(range);
 ...>
 }
