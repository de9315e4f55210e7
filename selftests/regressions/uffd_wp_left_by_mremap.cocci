// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: pages stay protected where no userfaultfd is registered any more, and warn once they are written to
// file: mm/mremap.c
// file: mm/huge_memory.c
// file: mm/hugetlb.c
// tests: mn_pairs_test:pairs.uffd_protected.*.mremap
// expect: contract

@@
expression vma;
@@
- vma_has_uffd_without_event_remap(vma)
+ (vma_has_uffd_without_event_remap(vma) && !mn_regress(uffd_wp_left_by_mremap))
