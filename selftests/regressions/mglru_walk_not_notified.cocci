// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: 1d4832becdc2 ("mm: multi-gen LRU: use {ptep,pmdp}_clear_young_notify()")
// broke: small pages that a guest uses all the time grow old, and proactive reclaim takes them
// file: mm/vmscan.c
// tests: mn_reclaim_test:*mglru_aging*
// expect: contract 9

@@
expression vma, addr, pte, nr;
@@
walk_pte_range(...)
{
<...
(
- ptep_clear_young_notify(vma, addr, pte)
+ (mn_regress(mglru_walk_not_notified) ?
+  ptep_test_and_clear_young(vma, addr, pte) : ptep_clear_young_notify(vma, addr, pte))
|
- test_and_clear_young_ptes_notify(vma, addr, pte, nr)
+ (mn_regress(mglru_walk_not_notified) ?
+  test_and_clear_young_ptes(vma, addr, pte, nr) :
+  test_and_clear_young_ptes_notify(vma, addr, pte, nr))
)
...>
}
