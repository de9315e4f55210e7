// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: pages that are write-protected for the dirty log must be so in every TLB
// broke: CPUs go on writing to pages that are write-protected, and the log misses them: a migrated guest gets stale pages
// file: arch/arm64/kvm/mmu.c
// tests: mn_dirty_log_test
// expect: contract 9

@@
@@
(
 kvm_arch_flush_remote_tlbs
|
 kvm_arch_flush_remote_tlbs_range
)
 (...)
 {
+ if (mn_regress(stage2_write_protect_not_flushed))
+	return 0;
 ...
 }

@@
@@
 kvm_flush_remote_tlbs(...)
 {
+ if (mn_regress(stage2_write_protect_not_flushed))
+	return;
 ...
 }
