// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: cddb8a5c14aa ("mmu-notifiers: core") made the rule
// broke: KVM is told when the pages are free already: for a moment the guest writes to the memory of somebody else
// file: mm/memory.c
// tests: mn_order_test:*.madvise_dontneed.*
// tests: mn_order_test:*.fallocate_punch.*
// expect: contract 5

@@
expression range, tlb;
@@
 zap_page_range_single(...)
 {
 <...
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(dontneed_told_late))
+	mmu_notifier_invalidate_range_start(range);
 ...
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(dontneed_told_late))
+	mmu_notifier_invalidate_range_end(range);
  tlb_finish_mmu(tlb);
+ if (mn_regress(dontneed_told_late)) {
+	mmu_notifier_invalidate_range_start(range);
+	mmu_notifier_invalidate_range_end(range);
+ }
 ...>
 }
