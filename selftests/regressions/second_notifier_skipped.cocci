// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk over the notifiers of an mm
// broke: of several notifiers on one mm, only the first is called
// file: mm/mmu_notifier.c
// tests: mn_unmap_test:*.anon.*
// tests: mn_memslot_test
// expect: contract
// expect: kernel BUG at

@@
expression subscription, range;
identifier _ret, ops;
@@
 mn_hlist_invalidate_range_start(...)
 {
 <...
- _ret = ops->invalidate_range_start(subscription, range);
+ if (subscription->hlist.pprev != &subscriptions->list.first && mn_regress(second_notifier_skipped))
+	_ret = 0;
+ else
+	_ret = ops->invalidate_range_start(subscription, range);
 ...>
 }

@@
expression subscription, range;
@@
 mn_hlist_invalidate_end(...)
 {
 <...
- subscription->ops->invalidate_range_end(subscription, range);
+ if (subscription->hlist.pprev == &subscriptions->list.first || !mn_regress(second_notifier_skipped))
+	subscription->ops->invalidate_range_end(subscription, range);
 ...>
 }
