// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: 6bdb913f0a70 ("mm: wrap calls to set_pte_at_notify with invalidate_range_start and invalidate_range_end") introduced today's rule
// broke: the guest goes on using a page for a moment that a uprobe has replaced
// file: kernel/events/uprobes.c
// tests: mn_order_test:*/uprobe.*
// expect: contract 5

@@
identifier fn =~ "^(__replace_page|uprobe_write)$";
expression range;
@@
 fn(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(uprobe_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(uprobe_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
