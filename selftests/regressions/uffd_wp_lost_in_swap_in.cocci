// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a page that userfaultfd protects is written to once it was in swap, and a snapshot has half of a state
// file: mm/memory.c
// file: mm/swapfile.c
// tests: mn_pairs_test:pairs.uffd_protected.anon.pageout
// tests: mn_pairs_test:pairs.uffd_protected.anon.swapoff
// expect: contract

@@
identifier f =~ "^(do_swap_page|unuse_pte)$";
expression pte;
@@
f(...)
{
<...
- pte_swp_uffd_wp(pte)
+ (pte_swp_uffd_wp(pte) && !mn_regress(uffd_wp_lost_in_swap_in))
...>
}
