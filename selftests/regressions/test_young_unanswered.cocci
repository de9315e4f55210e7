// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: 8ee53820edfd ("thp: mmu_notifier_test_young") made the rule
// broke: who only asks, and clears nothing, takes a guest's memory for unused: khugepaged, DAMON
// file: virt/kvm/kvm_main.c
// tests: mn_hugepage_test:*khugepaged_young*
// tests: mn_reclaim_test:*damon*
// expect: contract 9

@@
@@
 kvm_mmu_notifier_test_young(...)
 {
+ if (mn_regress(test_young_unanswered))
+	return 0;
 ...
 }
