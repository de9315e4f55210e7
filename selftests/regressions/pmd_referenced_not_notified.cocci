// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: reclaim must ask notifiers whether a huge page was used
// broke: reclaim splits and swaps out huge pages that the guest uses all the time
// file: mm/rmap.c
// tests: mn_reclaim_test:*anon_thp.memory_reclaim_cold*
// tests: mn_reclaim_test:*anon_thp.mglru_look_around*
// expect: contract 9

@@
expression vma, addr, pmd;
@@
folio_referenced_one(...)
{
<...
- pmdp_clear_flush_young_notify(vma, addr, pmd)
+ (mn_regress(pmd_referenced_not_notified) ?
+  pmdp_clear_flush_young(vma, addr, pmd) : pmdp_clear_flush_young_notify(vma, addr, pmd))
...>
}
