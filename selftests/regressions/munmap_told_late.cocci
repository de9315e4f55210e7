// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: cddb8a5c14aa ("mmu-notifiers: core") made the rule
// broke: KVM is told of munmap() when the pages are unmapped already, and other memory may have got them
// file: mm/memory.c
// tests: mn_order_test:*.munmap.*
// tests: mn_order_test:*.mmap_fixed.*
// expect: contract 5

@@
expression range;
@@
 unmap_vmas(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(munmap_told_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(munmap_told_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
