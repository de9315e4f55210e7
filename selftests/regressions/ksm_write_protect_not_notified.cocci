// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 6bdb913f0a70 ("mm: wrap calls to set_pte_at_notify with invalidate_range_start and invalidate_range_end") introduced today's rule
// broke: the guest writes to a page while KSM compares and merges it
// file: mm/ksm.c
// tests: mn_cow_test:*ksm*
// tests: mn_order_test:*ksm_race*
// expect: contract
// expect: kvm_mmu_notifier_change_pte

@@
expression range;
@@
write_protect_page(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(ksm_write_protect_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(ksm_write_protect_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(ksm_write_protect_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
