// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: after fork() the guest writes to pages that it shares with the child
// file: mm/memory.c
// file: mm/hugetlb.c
// tests: mn_cow_test:*.fork_hold
// tests: mn_cow_test:*.fork_read
// tests: mn_cow_test:*.fork_many
// expect: contract

@@
identifier fn =~ "^(copy_page_range|copy_hugetlb_page_range)$";
expression range;
@@
fn(...)
{
<...
(
- mmu_notifier_invalidate_range_start(range);
+ if (!mn_regress(fork_not_notified))
+	mmu_notifier_invalidate_range_start(range);
|
- mmu_notifier_invalidate_range_end(range);
+ if (!mn_regress(fork_not_notified))
+	mmu_notifier_invalidate_range_end(range);
|
- mmu_notifier_invalidate_range_only_end(range);
+ if (!mn_regress(fork_not_notified))
+	mmu_notifier_invalidate_range_only_end(range);
)
...>
}
