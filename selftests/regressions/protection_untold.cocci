// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: a5338093bfb4 ("mm: move mmu notifier call from change_protection to change_pmd_range") made the rule as it is
// broke: the guest goes on writing to memory that became read-only or was marked for NUMA balancing
// file: mm/mprotect.c
// file: mm/hugetlb.c
// tests: mn_cow_test:*.mprotect*
// tests: mn_migrate_test:*.numa_balancing.*
// expect: contract

@@
expression range;
@@
change_pmd_range(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}

@@
expression range;
@@
change_pud_range(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}

@@
expression range;
@@
hugetlb_change_protection(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(protection_untold))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
