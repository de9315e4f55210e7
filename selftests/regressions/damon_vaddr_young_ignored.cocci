// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: DAMON must ask notifiers whether a page was used
// broke: DAMON sees no access to the memory of a guest, and has it reclaimed
// file: mm/damon/vaddr.c
// tests: mn_reclaim_test:*damon_vaddr*
// expect: contract 9

@@
expression mm, addr;
@@
damon_young_pmd_entry(...)
{
<...
- mmu_notifier_test_young(mm, addr)
+ (mmu_notifier_test_young(mm, addr) && !mn_regress(damon_vaddr_young_ignored))
...>
}
