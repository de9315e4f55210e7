// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: reclaim must ask notifiers whether a page was used
// broke: where MGLRU is on, reclaim takes memory that the guest uses all the time
// file: mm/vmscan.c
// tests: mn_reclaim_test:*mglru_look_around*
// expect: contract 9

@@
expression vma, addr, pte, nr;
@@
lru_gen_look_around(...)
{
<...
(
  if (
- !ptep_clear_young_notify(vma, addr, pte)
+ !(mn_regress(mglru_look_around_not_notified) ?
+   ptep_test_and_clear_young(vma, addr, pte) : ptep_clear_young_notify(vma, addr, pte))
  )
	return false;
|
  if (
- !test_and_clear_young_ptes_notify(vma, addr, pte, nr)
+ !(mn_regress(mglru_look_around_not_notified) ?
+   test_and_clear_young_ptes(vma, addr, pte, nr) :
+   test_and_clear_young_ptes_notify(vma, addr, pte, nr))
  )
	return false;
)
...>
}
