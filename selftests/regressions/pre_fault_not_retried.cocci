// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: none: a page that is faulted in ahead of the guest may be being invalidated like any other
// broke: KVM_PRE_FAULT_MEMORY maps a page that is about to be freed
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_retry_test:pre_fault.*
// mode: tdp
// expect: contract 4

@ before @
expression kvm, seq, gfn;
identifier f, fault;
@@
 f(..., struct kvm_page_fault *fault, ...)
 {
 <+...
- mmu_invalidate_retry_gfn_unsafe(kvm, seq, gfn)
+ (!(fault->prefetch && mn_regress(pre_fault_not_retried)) && mmu_invalidate_retry_gfn_unsafe(kvm, seq, gfn))
 ...+>
 }

@ depends on before @
expression kvm, seq, gfn;
identifier fault;
@@
 is_page_fault_stale(..., struct kvm_page_fault *fault)
 {
 <...
- mmu_invalidate_retry_gfn(kvm, seq, gfn)
+ !(fault->prefetch && mn_regress(pre_fault_not_retried)) && mmu_invalidate_retry_gfn(kvm, seq, gfn)
 ...>
 }
