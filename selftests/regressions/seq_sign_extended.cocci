// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: ba6e3fe25543 ("KVM: x86/mmu: Grab mmu_invalidate_seq in kvm_faultin_pfn()") and, in 6.1.50, 82d811ff5665 ("KVM: x86/mmu: Fix an sign-extension bug with mmu_seq that hangs vCPUs") fixed it
// broke: a vCPU hangs in its next fault once its VM has had 2^31 invalidations
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_age_test
// expect: contract 10
// expect: stalls

@@
expression kvm, seq, where;
@@
 is_page_fault_stale(...)
 {
 <...
(
 mmu_invalidate_retry_hva
|
 mmu_invalidate_retry_gfn
)
 (kvm,
- seq
+ mn_regress(seq_sign_extended) ? (int)seq : seq
 , where)
 ...>
 }
