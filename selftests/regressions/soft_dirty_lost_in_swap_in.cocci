// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a checkpoint loses what was written before the page went to swap
// file: mm/memory.c
// file: mm/swapfile.c
// arch: x86_64
// tests: mn_pairs_test:pairs.soft_dirty.anon.pageout
// tests: mn_pairs_test:pairs.soft_dirty.anon.swapoff
// expect: contract 9

@@
identifier f =~ "^(do_swap_page|unuse_pte)$";
expression pte;
@@
f(...)
{
<...
- pte_swp_soft_dirty(pte)
+ (pte_swp_soft_dirty(pte) && !mn_regress(soft_dirty_lost_in_swap_in))
...>
}
