// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: the accessed bit of a translation must reach the mm
// broke: reclaim takes memory that the guest uses all the time before memory that nobody uses
// file: virt/kvm/kvm_main.c
// tests: mn_reclaim_test:*memory_reclaim_cold*
// tests: mn_reclaim_test:*anon_thp.mglru_look_around*
// expect: contract 9

@@
@@
 kvm_mmu_notifier_clear_flush_young(...)
 {
+ if (mn_regress(clear_flush_young_ignored))
+	return 0;
 ...
 }
