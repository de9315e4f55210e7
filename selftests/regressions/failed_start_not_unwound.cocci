// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: c2655835fd8c ("mm/mmu_notifiers: ensure range_end() is paired with range_start()")
// broke: one failing notifier leaves KVM's count elevated forever: the guest stalls
// file: mm/mmu_notifier.c
// tests: mn_refusal_test
// expect: contract 10
// expect: in-progress never below

@@
expression subscription;
@@
 mn_hlist_invalidate_range_start(...)
 {
 <...
- !subscription->ops->invalidate_range_end
+ (!subscription->ops->invalidate_range_end || mn_regress(failed_start_not_unwound))
 ...>
 }
