// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 854e9ed09ded ("mm: support madvise(MADV_FREE)") introduced the rule
// broke: of what MADV_FREE marks as free, KVM is not notified of the last page: what the guest writes there can be lost
// file: mm/madvise.c
// tests: mn_unmap_test:*.madvise_free
// expect: contract 5

@@
@@
 madvise_free_single_vma(...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(madv_free_range_truncated))
+	range.end -= PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(madv_free_range_truncated))
+	range.end += PAGE_SIZE;
 ...>
 }
