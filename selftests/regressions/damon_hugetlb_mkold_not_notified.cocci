// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: what the guest no longer uses must become old
// broke: DAMON takes huge pages that the guest used once for used forever
// file: mm/damon/vaddr.c
// tests: mn_reclaim_test:*hugetlb.damon*
// expect: contract 9

@@
expression mm, start, end;
@@
- mmu_notifier_clear_young(mm, start, end)
+ (!mn_regress(damon_hugetlb_mkold_not_notified) && mmu_notifier_clear_young(mm, start, end))
