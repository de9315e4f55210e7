// SPDX-License-Identifier: GPL-2.0
// class: reaper
// commit: 4d4bbd8526a8 ("mm, oom_reaper: skip mm structs with mmu notifiers")
// broke: the OOM reaper takes memory without notifying KVM: the guest keeps using freed pages
// file: mm/memory.c
// file: mm/oom_kill.c
// tests: mn_refusal_test
// tests: mn_reaper_test
// expect: contract

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
+ (!mn_regress(reaper_zap_not_notified) && mmu_notifier_invalidate_range_start_nonblock(range))
 ...>
 }

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
+ if (!mn_regress(reaper_zap_not_notified))
+	mmu_notifier_invalidate_range_end(range);
 ...>
 }
