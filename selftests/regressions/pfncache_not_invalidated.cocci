// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 982ed0de4753 ("KVM: Reinstate gfn_to_pfn_cache with invalidation support") introduced the rule
// broke: KVM keeps writing the guest's clock to a page that was taken away
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_clock_test:*.none
// tests: mn_clock_test:*.delay*
// expect: the clock of vCPU
// expect: contract

@@
expression list args;
@@
 kvm_mmu_notifier_invalidate_range_start(...)
 {
 <...
- gfn_to_pfn_cache_invalidate_start(args);
+ if (!mn_regress(pfncache_not_invalidated))
+	gfn_to_pfn_cache_invalidate_start(args);
 ...>
 }
