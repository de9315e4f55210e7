// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: who clears the accessed bits of a guest's pages must heed what they said
// broke: one page in use that reclaim looks at makes it take those around it
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
+ !(mn_regress(mglru_neighbours_young_lost) ?
+   ptep_test_and_clear_young(vma, addr, pte) |
+   (mmu_notifier_clear_young(vma->vm_mm, addr, addr + PAGE_SIZE) & 0) :
+   ptep_clear_young_notify(vma, addr, pte))
  )
	continue;
|
  if (
- !test_and_clear_young_ptes_notify(vma, addr, pte, nr)
+ !(mn_regress(mglru_neighbours_young_lost) ?
+   test_and_clear_young_ptes(vma, addr, pte, nr) |
+   (mmu_notifier_clear_young(vma->vm_mm, addr, addr + nr * PAGE_SIZE) & 0) :
+   test_and_clear_young_ptes_notify(vma, addr, pte, nr))
  )
	continue;
)
...>
}
