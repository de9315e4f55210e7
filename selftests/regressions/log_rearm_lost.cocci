// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: a page that is taken out of the dirty log must be watched again
// broke: the second and later writes to a page are not logged: a migrated guest has old pages
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_dirty_log_test
// expect: contract 9

@@
@@
 kvm_arch_mmu_enable_log_dirty_pt_masked(...)
 {
+ if (mn_regress(log_rearm_lost))
+	return;
 ...
 }
