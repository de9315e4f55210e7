// SPDX-License-Identifier: GPL-2.0
// class: ordering
// commit: adef440691ba ("userfaultfd: UFFDIO_MOVE uABI") introduced the rule
// broke: the guest goes on using a page for a moment that is at another address already
// file: mm/userfaultfd.c
// tests: mn_order_test:order.cow.anon/uffd_move.*
// expect: contract 5

@@
identifier fn =~ "^(move_pages_pte|move_pages_ptes)$";
expression range;
@@
 fn(...)
 {
 <...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(uffd_move_notified_late))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (mn_regress(uffd_move_notified_late))
+	mmu_notifier_invalidate_range_start(range);
+ mmu_notifier_invalidate_range_end(range);
)
 ...>
 }
