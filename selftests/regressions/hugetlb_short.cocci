// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a slip in the range that is told of
// broke: of several huge pages that are unmapped KVM hears only of the first
// file: mm/hugetlb.c
// tests: mn_unmap_test:*.hugetlb*.fallocate_punch.*
// tests: mn_unmap_test:*.hugetlb*.madvise_remove.*
// tests: mn_unmap_test:*.hugetlb*.ftruncate.*
// expect: contract

@@
identifier unmap =~ "^(__)?unmap_hugepage_range$";
@@
 unmap(...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(hugetlb_short))
+	range.end = range.start + PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
 ...>
 }
