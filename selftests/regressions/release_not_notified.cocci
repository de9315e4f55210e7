// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: the mm exits without notifying anybody: its memory is freed under all its users
// file: mm/mmap.c
// tests: mn_lifecycle_test
// expect: contract 8
// expect: contract 5

@@
@@
 exit_mmap(...)
 {
 <...
- mmu_notifier_release(mm);
+ if (!mn_regress(release_not_notified))
+	mmu_notifier_release(mm);
 ...>
 }
