// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 58cd407ca4c6 ("KVM: Fix multiple races in gfn=>pfn cache refresh") introduced the rule
// broke: who refreshes a gfn_to_pfn_cache tries forever once the VM has had 2^32 invalidations
// file: virt/kvm/pfncache.c
// arch: x86_64
// tests: mn_clock_test:clock.aged.*
// expect: contract 10

@@
identifier kvm, seq;
@@
 mmu_notifier_retry_cache(struct kvm *kvm, unsigned long seq)
 {
 <...
- kvm->mmu_invalidate_seq != seq
+ kvm->mmu_invalidate_seq != (mn_regress(pfncache_seq_truncated) ? (unsigned int)seq : seq)
 ...>
 }
