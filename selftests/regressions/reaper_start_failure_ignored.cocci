// SPDX-License-Identifier: GPL-2.0
// class: reaper
// commit: 93065ac753e4 ("mm, oom: distinguish blockable mode for mmu notifiers") introduced the rule
// broke: the OOM reaper takes memory although a notifier failed: its user keeps using freed pages
// file: mm/memory.c
// file: mm/oom_kill.c
// tests: mn_refusal_test
// tests: mn_reaper_test
// expect: contract 2
// expect: contract 3
// expect: kernel BUG at

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
- mmu_notifier_invalidate_range_start_nonblock(range)
+ (mmu_notifier_invalidate_range_start_nonblock(range) && !mn_regress(reaper_start_failure_ignored))
 ...>
 }
