// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 6bdb913f0a70 ("mm: wrap calls to set_pte_at_notify with invalidate_range_start and invalidate_range_end") introduced today's rule
// broke: the guest keeps using a page that a uprobe replaced
// file: kernel/events/uprobes.c
// tests: mn_cow_test:*uprobe*
// expect: contract
// expect: kvm_mmu_notifier_change_pte

@@
expression range;
@@
(
 __replace_page
|
 uprobe_write
)
 (...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(uprobe_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(uprobe_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(uprobe_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
