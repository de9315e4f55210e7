// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: e930bffe95e1 ("KVM: Synchronize guest physical memory map to host virtual memory map") introduced the rule
// broke: a fault that raced with a whole invalidation maps the old page
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_delay_test
// tests: mn_unmap_test:*.anon.*
// mode: shadow
// expect: contract
// expect: mmu_spte_clear_track_bits

@@
identifier vcpu, fault;
@@
 is_page_fault_stale(struct kvm_vcpu *vcpu, struct kvm_page_fault *fault)
 {
 ... when any
+ if (mn_regress(seq_sampled_late))
+	fault->mmu_seq = vcpu->kvm->mmu_invalidate_seq;
 return ...;
 }
