// SPDX-License-Identifier: GPL-2.0
// class: reaper
// commit: aac453635549 ("mm, oom: introduce oom reaper") introduced the rule
// broke: the OOM reaper never gives up on a process whose notifier fails, and reaps no other
// file: mm/oom_kill.c
// tests: mn_reaper_test
// expect: contract 3

@@
@@
 oom_reap_task(...)
 {
 <...
- while (attempts++ < MAX_OOM_REAP_RETRIES && !oom_reap_task_mm(tsk, mm))
+ while ((attempts++ < MAX_OOM_REAP_RETRIES || mn_regress(reaper_retries_forever)) &&
+        !oom_reap_task_mm(tsk, mm))
  schedule_timeout_idle(HZ/10);
 ...>
 }
