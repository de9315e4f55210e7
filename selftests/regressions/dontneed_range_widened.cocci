// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: a range that is not narrowed to what the call is about
// broke: for each page of memory that is discarded, the guest loses the whole mapping
// file: mm/memory.c
// tests: mn_precision_test:*.madvise_dontneed
// expect: contract 11

@@
identifier vma, range;
expression list args;
@@
(
 zap_page_range
|
 zap_page_range_single
|
 zap_vma_range_batched
)
 (..., struct vm_area_struct *vma, ...)
 {
 <...
  mmu_notifier_range_init(&range, args);
+ if (mn_regress(dontneed_range_widened)) {
+	range.start = vma->vm_start;
+	range.end = vma->vm_end;
+ }
 ...>
 }
