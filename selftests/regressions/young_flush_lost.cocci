// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: the accessed bit of a translation must reach the mm
// broke: reclaim takes the memory that the guest uses all the time, before what nobody uses
// file: virt/kvm/kvm_main.c
// tests: mn_reclaim_test:*memory_reclaim_cold*
// expect: contract 9

@@
@@
 kvm_mmu_notifier_clear_flush_young(...)
 {
+ if (mn_regress(young_flush_lost))
+	return 0;
 ...
 }
