// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: enabling the log must write-protect what is writable already
// broke: pages that were writable before dirty logging was enabled are missing from the log
// file: arch/arm64/kvm/mmu.c
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_dirty_log_test
// tests: mn_memslot_test:*slot_log*
// expect: contract 9

@@
@@
(
 kvm_mmu_slot_remove_write_access
|
 kvm_mmu_wp_memory_region
)
 (...)
 {
+ if (mn_regress(dirty_log_enable_not_protected))
+	return;
 ...
 }
