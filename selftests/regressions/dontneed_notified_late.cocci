// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: KVM is notified after the pages were freed: for a moment the guest writes to memory that may have a new owner
// file: mm/memory.c
// tests: mn_order_test:*/madvise_dontneed.*
// tests: mn_order_test:*/fallocate_punch.*
// expect: contract 5

@ notified @
expression range;
@@
 zap_page_range_single(...)
 {
 <+...
 mmu_notifier_invalidate_range_start(range);
 ...+>
 }

@@
expression range;
@@
 zap_page_range_single(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(dontneed_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(dontneed_notified_late))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }

@@
expression notified.range;
@@
 zap_page_range_single(...)
 {
 <...
  tlb_finish_mmu(...);
+ if (mn_regress(dontneed_notified_late)) {
+	mmu_notifier_invalidate_range_start(range);
+	mmu_notifier_invalidate_range_end(range);
+ }
 ...>
 }

@@
expression range;
identifier tlb;
@@
 zap_vma_range_batched(struct mmu_gather *tlb, ...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(dontneed_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
+ if (mn_regress(dontneed_notified_late)) {
+	tlb_flush_mmu(tlb);
+	mmu_notifier_invalidate_range_start(range);
+ }
  mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
