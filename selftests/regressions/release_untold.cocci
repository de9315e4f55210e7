// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: cddb8a5c14aa ("mmu-notifiers: core") made the rule
// broke: the mm dies and tells nobody: its memory is freed under all that use it
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
+ if (!mn_regress(release_untold))
+	mmu_notifier_release(mm);
 ...>
 }
