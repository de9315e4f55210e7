// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the notified range
// broke: of several huge pages that are unmapped, KVM is notified of the first only
// file: mm/hugetlb.c
// tests: mn_unmap_test:*.hugetlb*.fallocate_punch
// tests: mn_unmap_test:*.hugetlb*.madvise_remove
// tests: mn_unmap_test:*.hugetlb*.ftruncate
// expect: contract

@@
identifier unmap =~ "^(__)?unmap_hugepage_range$";
@@
 unmap(...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(hugetlb_unmap_range_truncated))
+	range.end = range.start + PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
 ...>
 }
