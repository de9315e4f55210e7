// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: 8ee53820edfd ("thp: mmu_notifier_test_young") made the rule
// broke: memory that only a guest uses never becomes huge pages again
// file: mm/khugepaged.c
// tests: mn_hugepage_test:*khugepaged_young*
// expect: contract 9

@@
expression mm, addr;
@@
- mmu_notifier_test_young(mm, addr)
+ (mmu_notifier_test_young(mm, addr) && !mn_regress(khugepaged_young_ignored))
