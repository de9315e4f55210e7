// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 8763cb45ab96 ("mm/migrate: new memory migration helper for use with device memory") introduced the rule
// broke: the guest keeps using the page frame that its page left for a device's memory
// file: mm/migrate_device.c
// tests: mn_device_test:*.device_private
// tests: mn_device_test:*.device_private_return
// tests: mn_device_test:*.device_write
// expect: contract

@@
expression range;
@@
 migrate_vma_collect(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(device_migration_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(device_migration_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
