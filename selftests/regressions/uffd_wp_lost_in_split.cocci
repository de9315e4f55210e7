// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: pages that userfaultfd protects are written to once their huge page is split
// file: mm/huge_memory.c
// tests: mn_pairs_test:pairs.uffd_protected.anon_thp.*
// expect: contract

@@
expression e, pmd;
@@
__split_huge_pmd_locked(...)
{
<...
  e =
- pmd_uffd_wp(pmd)
+ (pmd_uffd_wp(pmd) && !mn_regress(uffd_wp_lost_in_split))
  ;
...>
}
