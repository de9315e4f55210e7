// SPDX-License-Identifier: GPL-2.0
// class: reaper
// commit: 93065ac753e4 ("mm, oom: distinguish blockable mode for mmu notifiers") introduced the rule
// broke: the OOM reaper starts an invalidation and never ends it: KVM's count stays elevated for as long as the VM lives
// file: mm/memory.c
// file: mm/oom_kill.c
// tests: mn_reaper_test
// tests: mn_refusal_test
// expect: contract 6
// expect: contract 10

@@
expression range;
@@
(
 __oom_reap_task_mm
|
 zap_vma_for_reaping
)
 (...)
 {
 <...
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(reaper_end_missing))
+	mmu_notifier_invalidate_range_end(range);
 ...>
 }
