// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 4a42d848db95 ("KVM: x86/mmu: Consider the hva in mmu_notifier retry") introduced the rule
// broke: of two concurrent invalidations, the one that ends first lets faults into the other
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_delay_test:faults.*
// expect: contract 4

@@
expression kvm;
@@
 kvm_mmu_invalidate_end(...)
 {
 <...
  kvm->mmu_invalidate_in_progress--;
+ if (kvm->mmu_invalidate_in_progress && mn_regress(retry_range_forgotten))
+	kvm->mmu_invalidate_range_end = kvm->mmu_invalidate_range_start;
 ...>
 }
