// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 58cd407ca4c6 ("KVM: Fix multiple races in gfn=>pfn cache refresh")
// broke: a gfn_to_pfn_cache is refreshed while its page is being taken away
// file: virt/kvm/pfncache.c
// arch: x86_64
// tests: mn_clock_test:*.delay*
// expect: the clock of vCPU
// expect: contract

@@
expression kvm;
@@
 mmu_notifier_retry_cache(...)
 {
 <...
- kvm->mn_active_invalidate_count
+ (kvm->mn_active_invalidate_count && !mn_regress(pfncache_active_count_ignored))
 ...>
 }
