// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: a page that is cleared in the dirty log must be write-protected again
// broke: the second and later writes to a page are not logged: a migrated guest gets stale pages
// file: arch/arm64/kvm/mmu.c
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_dirty_log_test
// expect: contract 9

@@
@@
 kvm_arch_mmu_enable_log_dirty_pt_masked(...)
 {
+ if (mn_regress(dirty_log_clear_not_protected))
+	return;
 ...
 }
