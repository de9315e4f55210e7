// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2") introduced today's rule
// broke: data the guest writes to a file after writeback is lost
// file: mm/rmap.c
// tests: mn_reclaim_test:*writeback*
// expect: contract 9

@@
expression range;
@@
page_vma_mkclean_one(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(mkclean_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(mkclean_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(mkclean_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
