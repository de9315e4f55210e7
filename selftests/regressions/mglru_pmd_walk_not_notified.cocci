// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: 1d4832becdc2 ("mm: multi-gen LRU: use {ptep,pmdp}_clear_young_notify()")
// broke: huge pages that a guest uses all the time grow old, and proactive reclaim takes them
// file: mm/vmscan.c
// tests: mn_reclaim_test:*anon_thp.mglru_aging*
// expect: contract 9

@@
expression vma, addr, pmd;
@@
walk_pmd_range_locked(...)
{
<...
(
- pmdp_clear_young_notify(vma, addr, pmd)
+ (mn_regress(mglru_pmd_walk_not_notified) ?
+  pmdp_test_and_clear_young(vma, addr, pmd) : pmdp_clear_young_notify(vma, addr, pmd))
|
- pmdp_test_and_clear_young_notify(vma, addr, pmd)
+ (mn_regress(mglru_pmd_walk_not_notified) ?
+  pmdp_test_and_clear_young(vma, addr, pmd) :
+  pmdp_test_and_clear_young_notify(vma, addr, pmd))
)
...>
}
