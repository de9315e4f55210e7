// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: what the guest uses must look young
// broke: DAMON's filter takes what only the guest uses for unused
// file: mm/damon/vaddr.c
// tests: mn_reclaim_test:*damon_filter*
// expect: contract 9

@@
expression mm, addr;
@@
damos_va_filter_young_match(...)
{
<...
- mmu_notifier_test_young(mm, addr)
+ (mmu_notifier_test_young(mm, addr) && !mn_regress(damon_filter_young_ignored))
...>
}
