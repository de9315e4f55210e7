// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 4cccb6221cae ("fs/proc/task_mmu: move mmu notification mechanism inside mm lock") put it where it is
// broke: what the guest writes is missing from PAGEMAP_SCAN: a checkpoint loses it
// file: fs/proc/task_mmu.c
// arch: x86_64
// tests: mn_reclaim_test:*pagemap_scan_wp*
// expect: contract
// expect: no effect

@@
expression range;
@@
do_pagemap_scan(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(pagemap_scan_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(pagemap_scan_not_notified))
+	mmu_notifier_invalidate_range_end(range);
)
...>
}
