// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: b756a3b5e7ea ("mm: device exclusive memory access") introduced the rule
// broke: a device goes on using a page as its own after the guest has taken it back
// file: mm/memory.c
// tests: mn_device_test:*.device_exclusive
// expect: contract 5

@@
expression range;
@@
 remove_device_exclusive_entry(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(device_exclusive_lost_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(device_exclusive_lost_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
