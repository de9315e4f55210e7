// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: madvise(MADV_DONTNEED) and truncation free pages that the guest keeps using
// file: mm/memory.c
// tests: mn_unmap_test:*.madvise_dontneed
// tests: mn_unmap_test:*.ftruncate
// expect: contract

@@
expression range;
@@
(
 zap_page_range_single
|
 zap_vma_range_batched
)
 (...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(dontneed_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(dontneed_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(dontneed_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
