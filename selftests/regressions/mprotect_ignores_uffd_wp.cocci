// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: mprotect() makes writable what userfaultfd protects
// file: mm/mprotect.c
// tests: mn_pairs_test:pairs.uffd_protected.*.mprotect_none
// expect: contract

@@
expression vma, pte;
@@
- userfaultfd_pte_wp(vma, pte)
+ (userfaultfd_pte_wp(vma, pte) && !mn_regress(mprotect_ignores_uffd_wp))
