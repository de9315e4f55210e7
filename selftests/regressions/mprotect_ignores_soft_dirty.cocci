// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: 76aefad628aa ("mm/mprotect: fix soft-dirty check in can_change_pte_writable()") fixed it
// broke: a checkpoint loses what is written after mprotect()
// file: mm/mprotect.c
// arch: x86_64
// tests: mn_pairs_test:pairs.soft_dirty.*.mprotect_none
// expect: contract 9

@@
expression vma, pte;
@@
(
- pte_needs_soft_dirty_wp(vma, pte)
+ (pte_needs_soft_dirty_wp(vma, pte) && !mn_regress(mprotect_ignores_soft_dirty))
|
- vma_soft_dirty_enabled(vma)
+ (vma_soft_dirty_enabled(vma) && !mn_regress(mprotect_ignores_soft_dirty))
)
