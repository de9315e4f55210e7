// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2") introduced today's rule
// broke: the guest keeps using a page frame that was swapped out
// file: mm/rmap.c
// tests: mn_reclaim_test:*pageout*
// expect: contract

@@
expression range;
@@
try_to_unmap_one(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(swap_out_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(swap_out_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(swap_out_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
