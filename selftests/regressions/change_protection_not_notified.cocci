// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: a5338093bfb4 ("mm: move mmu notifier call from change_protection to change_pmd_range") introduced today's rule
// broke: the guest keeps writing to memory that became read-only, or misses the hinting faults of NUMA balancing
// file: mm/mprotect.c
// file: mm/hugetlb.c
// tests: mn_cow_test:*.mprotect*
// tests: mn_migrate_test:*.numa_balancing
// expect: contract

@@
identifier fn =~ "^(change_pmd_range|change_pud_range|hugetlb_change_protection)$";
expression range;
@@
fn(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(change_protection_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(change_protection_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(change_protection_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
