// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: e930bffe95e1 ("KVM: Synchronize guest physical memory map to host virtual memory map") introduced the rule
// broke: a vCPU hangs in its next fault once its VM has had 2^32 invalidations
// file: include/linux/kvm_host.h
// tests: mn_age_test
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
|
 mmu_invalidate_retry_gfn_unsafe
)
 (..., unsigned long seq, ...)
 {
 <...
(
- kvm->mmu_invalidate_seq != seq
+ kvm->mmu_invalidate_seq != (mn_regress(seq_truncated) ? (unsigned int)seq : seq)
|
- READ_ONCE(kvm->mmu_invalidate_seq) != seq
+ READ_ONCE(kvm->mmu_invalidate_seq) != (mn_regress(seq_truncated) ? (unsigned int)seq : seq)
)
 ...>
 }
