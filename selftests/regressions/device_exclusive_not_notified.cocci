// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: b756a3b5e7ea ("mm: device exclusive memory access") introduced the rule
// broke: the guest goes on using a page that a device has to itself, so that atomic operations are none
// file: mm/rmap.c
// tests: mn_device_test:*.device_exclusive
// expect: contract 5

@@
expression range;
@@
(
 make_device_exclusive
|
 page_make_device_exclusive_one
)
 (...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(device_exclusive_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(device_exclusive_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
