// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: what the guest no longer uses must become old
// broke: DAMON takes memory that the guest used once for used forever, and never reclaims it
// file: mm/damon/ops-common.c
// tests: mn_reclaim_test:*damon*
// expect: contract 9

@@
expression vma, addr, entry;
@@
(
- ptep_clear_young_notify(vma, addr, entry)
+ (mn_regress(damon_mkold_not_notified) ?
+  ptep_test_and_clear_young(vma, addr, entry) : ptep_clear_young_notify(vma, addr, entry))
|
- pmdp_clear_young_notify(vma, addr, entry)
+ (mn_regress(damon_mkold_not_notified) ?
+  pmdp_test_and_clear_young(vma, addr, entry) : pmdp_clear_young_notify(vma, addr, entry))
)

@@
expression mm, start, end;
@@
- mmu_notifier_clear_young(mm, start, end)
+ (!mn_regress(damon_mkold_not_notified) && mmu_notifier_clear_young(mm, start, end))
