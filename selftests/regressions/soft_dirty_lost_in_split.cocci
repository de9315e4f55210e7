// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a checkpoint loses what was written before a huge page was split
// file: mm/huge_memory.c
// arch: x86_64
// tests: mn_pairs_test:pairs.soft_dirty.anon_thp.*
// expect: contract 9

@@
expression e, pmd;
@@
__split_huge_pmd_locked(...)
{
<...
  e =
- pmd_soft_dirty(pmd)
+ (pmd_soft_dirty(pmd) && !mn_regress(soft_dirty_lost_in_split))
  ;
...>
}
