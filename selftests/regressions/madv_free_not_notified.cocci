// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 854e9ed09ded ("mm: support madvise(MADV_FREE)") introduced the rule
// broke: data the guest writes after MADV_FREE can be lost
// file: mm/madvise.c
// tests: mn_unmap_test:*madvise_free*
// expect: contract 5
// expect on arm64: contract 9 (contents)

@@
expression range;
@@
madvise_free_single_vma(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(madv_free_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(madv_free_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(madv_free_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
