// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: munmap() frees pages that the guest keeps using
// file: mm/memory.c
// tests: mn_unmap_test:*.munmap
// tests: mn_unmap_test:*.mmap_fixed
// expect: contract

@@
expression range;
@@
unmap_vmas(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(munmap_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(munmap_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(munmap_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
