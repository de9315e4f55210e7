// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 0f8975ec4db2 ("mm: soft-dirty bits for user memory changes tracking") introduced the rule
// broke: guest writes are missing from the soft-dirty bits until KVM is notified: a checkpoint loses them
// file: fs/proc/task_mmu.c
// arch: x86_64
// tests: mn_order_test:*/clear_refs_soft_dirty.*
// expect: contract 5

@@
expression range;
@@
 clear_refs_write(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(soft_dirty_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(soft_dirty_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
