// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: DAMON must ask notifiers whether a page was used
// broke: DAMON sees no access to the memory of a guest, and has it reclaimed or demoted
// file: mm/damon/paddr.c
// file: mm/damon/ops-common.c
// tests: mn_reclaim_test:*damon_paddr*
// expect: contract 9

@@
expression mm, addr;
@@
- mmu_notifier_test_young(mm, addr)
+ (mmu_notifier_test_young(mm, addr) && !mn_regress(damon_paddr_young_ignored))
