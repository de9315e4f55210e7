// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 22061a1ffabd ("mm/thp: unmap_mapping_page() to fix THP truncate_cleanup_page()")
// broke: a huge page that is truncated just after it was faulted in again is freed with all but one of its pages still mapped
// file: mm/memory.c
// tests: mn_unmap_test:*.memfd_thp.fallocate_punch
// tests: mn_unmap_test:*.memfd_thp.madvise_remove
// tests: mn_unmap_test:*.memfd_thp.ftruncate
// expect: contract
// expect: Bad page

@@
expression end;
@@
 unmap_mapping_folio(...)
 {
 <...
- last_index = end;
+ last_index = mn_regress(truncation_unmaps_first_page) ? first_index : end;
 ...>
 }
