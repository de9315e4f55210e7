// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 4645b9fe84bf ("mm/mmu_notifier: avoid call to invalidate_range() in range_end()") last changed the rule
// broke: KVM keeps a 2 MiB translation of memory that is no longer mapped by one huge page
// file: mm/huge_memory.c
// tests: mn_hugepage_test:*part_mapping*
// expect: contract

@@
expression range;
@@
__split_huge_pmd(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(pmd_split_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(pmd_split_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(pmd_split_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
