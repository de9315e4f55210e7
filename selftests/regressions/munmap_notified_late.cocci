// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: KVM is notified of munmap() after the pages were unmapped, when they may have a new owner
// file: mm/memory.c
// tests: mn_order_test:*/munmap.*
// tests: mn_order_test:*/mmap_fixed.*
// expect: contract 5

@@
expression range;
@@
 unmap_vmas(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(munmap_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(munmap_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
