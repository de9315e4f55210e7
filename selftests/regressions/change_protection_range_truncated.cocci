// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: a5338093bfb4 ("mm: move mmu notifier call from change_protection to change_pmd_range")
// broke: of memory that becomes read-only, KVM is notified of the first page only
// file: mm/mprotect.c
// tests: mn_cow_test:*mprotect*
// expect: contract 5

@@
@@
(
 change_pmd_range
|
 change_pud_range
)
 (...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(change_protection_range_truncated))
+	range.end = range.start + PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
 ...>
 }
