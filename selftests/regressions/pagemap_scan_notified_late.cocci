// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: none: a scan that write-protects must notify before it does
// broke: guest writes between the scan and the notification are reported by none
// file: fs/proc/task_mmu.c
// arch: x86_64
// tests: mn_order_test:*/pagemap_scan_wp.*
// expect: contract 5

@@
expression range;
@@
 do_pagemap_scan(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(pagemap_scan_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(pagemap_scan_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
