// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 8763cb45ab96 ("mm/migrate: new memory migration helper for use with device memory") introduced the rule
// broke: of the memory that migrates to a device in one call, KVM is notified of the first page only
// file: mm/migrate_device.c
// tests: mn_device_test:*.device_private
// tests: mn_device_test:*.device_private_return
// expect: contract

@@
@@
 migrate_vma_collect(...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(device_migration_range_truncated))
+	range.end = range.start + PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
 ...>
 }
