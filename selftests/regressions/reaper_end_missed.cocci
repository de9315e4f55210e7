// SPDX-License-Identifier: GPL-2.0
// class: reaper
// commit: 93065ac753e4 ("mm, oom: distinguish blockable mode for mmu notifiers") made the rule
// broke: the reaper begins and never ends: the count of KVM stays up for as long as the VM lives
// file: mm/oom_kill.c
// tests: mn_reaper_test
// tests: mn_refusal_test
// expect: contract 6
// expect: contract 10

@@
expression range;
@@
 __oom_reap_task_mm(...)
 {
 <...
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(reaper_end_missed))
+	mmu_notifier_invalidate_range_end(range);
 ...>
 }
