// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a page that comes from swap is written to in place though a child has it, too
// file: mm/memory.c
// tests: mn_pairs_test:pairs.shared_swapped.*
// expect: contract 9
// expect: kernel BUG at mm/memory.c

@@
expression e, pte;
@@
do_swap_page(...)
{
<...
  e =
- pte_swp_exclusive(pte)
+ (pte_swp_exclusive(pte) || mn_regress(swapped_page_taken_for_exclusive))
  ;
...>
}
