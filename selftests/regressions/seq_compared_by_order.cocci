// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: e930bffe95e1 ("KVM: Synchronize guest physical memory map to host virtual memory map") introduced the rule
// broke: a vCPU hangs in its fault where the sequence has the greatest number with a sign, until the next invalidation
// file: include/linux/kvm_host.h
// tests: mn_age_test:age.delayed.*
// expect: contract 10
// expect: stalls

@@
identifier kvm, seq;
@@
(
 mmu_invalidate_retry
|
 mmu_invalidate_retry_hva
|
 mmu_invalidate_retry_gfn
)
 (..., unsigned long seq, ...)
 {
 <...
- kvm->mmu_invalidate_seq != seq
+ (mn_regress(seq_compared_by_order) ? (long)kvm->mmu_invalidate_seq >= (long)(seq + 1) : kvm->mmu_invalidate_seq != seq)
 ...>
 }
