// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 8763cb45ab96 ("mm/migrate: new memory migration helper for use with device memory") introduced the rule
// broke: the guest keeps reading the zero page where a device has put a page of its own, and writes to
// file: mm/migrate_device.c
// tests: mn_device_test:device.delayed.*
// expect: contract 5

@@
expression range;
@@
(
 __migrate_device_pages
|
 migrate_vma_pages
)
 (...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(device_page_insert_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(device_page_insert_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(device_page_insert_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
 ...>
 }
