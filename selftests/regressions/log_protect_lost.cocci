// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: what has been written to before the log begins must be made read-only
// broke: a dirty log that is switched on misses the pages that were writable already
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_dirty_log_test
// tests: mn_memslot_test:*slot_log*
// expect: contract 9

@@
@@
 kvm_mmu_slot_remove_write_access(...)
 {
+ if (mn_regress(log_protect_lost))
+	return;
 ...
 }
