// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 0f8975ec4db2 ("mm: soft-dirty bits for user memory changes tracking") introduced the rule
// broke: guest writes are missing from the soft-dirty bits: a checkpoint loses them
// file: fs/proc/task_mmu.c
// arch: x86_64
// tests: mn_reclaim_test:*clear_refs_soft_dirty*
// expect: contract
// expect: no effect

@@
expression range;
@@
clear_refs_write(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(soft_dirty_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(soft_dirty_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(soft_dirty_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
