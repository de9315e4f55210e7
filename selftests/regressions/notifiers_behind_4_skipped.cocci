// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk over the notifiers of an mm
// broke: of more than 4 VMs with the same memory, those that were made first keep it
// file: mm/mmu_notifier.c
// tests: mn_scale_test:scale.vms.*
// expect: contract
// expect: kernel BUG at

@@
identifier ret;
@@
 mn_hlist_invalidate_range_start(...)
 {
 ...
 int ret = 0;
+ unsigned int nr_called = 0;
 ...
 }

@@
expression subscription, range;
identifier _ret, ops;
@@
 mn_hlist_invalidate_range_start(...)
 {
 <...
- _ret = ops->invalidate_range_start(subscription, range);
+ if (nr_called++ >= 4 && mn_regress(notifiers_behind_4_skipped))
+	_ret = 0;
+ else
+	_ret = ops->invalidate_range_start(subscription, range);
 ...>
 }

@@
identifier id;
@@
 mn_hlist_invalidate_end(...)
 {
 ...
 int id;
+ unsigned int nr_called = 0;
 ...
 }

@@
expression subscription, range;
@@
 mn_hlist_invalidate_end(...)
 {
 <...
- subscription->ops->invalidate_range_end(subscription, range);
+ if (nr_called++ < 4 || !mn_regress(notifiers_behind_4_skipped))
+	subscription->ops->invalidate_range_end(subscription, range);
 ...>
 }
