// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 4a42d848db95 ("KVM: x86/mmu: Consider the hva in mmu_notifier retry") introduced the rule
// broke: faults in the first page of a range are not retried while it is being invalidated
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_delay_test
// tests: mn_unmap_test:*.anon.*
// expect: contract

@@
expression kvm;
@@
- kvm->mmu_invalidate_range_start = start;
+ kvm->mmu_invalidate_range_start = mn_regress(retry_first_page_missed) ? start + 1 : start;
