// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: e930bffe95e1 ("KVM: Synchronize guest physical memory map to host virtual memory map") introduced the rule
// broke: a fault that raced with an invalidation maps the page that was taken away
// file: arch/arm64/kvm/mmu.c
// tests: mn_delay_test
// tests: mn_unmap_test:*.anon.*
// expect: contract

@@
expression kvm, seq;
@@
(
 user_mem_abort
|
 kvm_s2_fault_map
)
 (...)
 {
 <...
- mmu_invalidate_retry(kvm, seq)
+ (mmu_invalidate_retry(kvm, seq) && !mn_regress(stage2_retry_ignored))
 ...>
 }
