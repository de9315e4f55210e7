// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 4a42d848db95 ("KVM: x86/mmu: Consider the hva in mmu_notifier retry") introduced the rule
// broke: faults in the second half of a range are not retried while it is being invalidated
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_delay_test
// tests: mn_unmap_test:*.anon.*
// expect: contract 4
// expect: kernel BUG at arch/x86/kvm/mmu/tdp_mmu.c

@@
expression kvm;
@@
- kvm->mmu_invalidate_range_end = end;
+ kvm->mmu_invalidate_range_end = mn_regress(retry_range_truncated) ? start + (end - start) / 2 : end;
