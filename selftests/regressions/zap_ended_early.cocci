// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: a vCPU that faults before the page is gone maps it again, and writes to memory that may have a new owner
// file: mm/memory.c
// tests: mn_order_test:*/madvise_dontneed.*
// expect: contract 5

@@
identifier fn =~ "^(zap_page_range_single|zap_vma_range_batched)$";
expression range;
@@
 fn(...)
 {
 <...
(
  mmu_notifier_invalidate_range_start(range);
+ if (mn_regress(zap_ended_early))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(zap_ended_early))
+	mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
