// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a page of a file that userfaultfd protects is written to once it was unmapped
// file: mm/memory.c
// file: mm/rmap.c
// tests: mn_pairs_test:pairs.uffd_protected.memfd.madvise_dontneed
// tests: mn_pairs_test:pairs.uffd_protected.memfd.pageout
// expect: contract

@@
expression list es;
statement s;
@@
(
- if (pte_install_uffd_wp_if_needed(es)) s
+ if (!mn_regress(uffd_wp_marker_missing) && pte_install_uffd_wp_if_needed(es)) s
|
- pte_install_uffd_wp_if_needed(es);
+ if (!mn_regress(uffd_wp_marker_missing))
+	pte_install_uffd_wp_if_needed(es);
)
