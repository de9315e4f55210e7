// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 4a42d848db95 ("KVM: x86/mmu: Consider the hva in mmu_notifier retry") made the rule
// broke: faults in the second half of a range get through while it is being invalidated
// file: virt/kvm/kvm_main.c
// tests: mn_delay_test
// tests: mn_unmap_test:*.anon.*
// expect: contract 4

@@
expression kvm;
@@
  kvm->mmu_invalidate_range_start = start;
- kvm->mmu_invalidate_range_end = end;
+ kvm->mmu_invalidate_range_end = mn_regress(range_short) ? start + (end - start) / 2 : end;
