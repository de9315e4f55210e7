// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 58cd407ca4c6 ("KVM: Fix multiple races in gfn=>pfn cache refresh")
// broke: a gfn_to_pfn_cache that was refreshed during a whole invalidation keeps the page that was taken away
// file: virt/kvm/pfncache.c
// arch: x86_64
// tests: mn_clock_test:*.delay*
// expect: the clock of vCPU
// expect: contract

@@
expression seq;
identifier kvm;
@@
 mmu_notifier_retry_cache(...)
 {
 ...
- return kvm->mmu_invalidate_seq != seq;
+ return kvm->mmu_invalidate_seq != seq && !mn_regress(pfncache_seq_ignored);
 }
