// SPDX-License-Identifier: GPL-2.0
// class: fault
// commit: add6a0cd1c5b ("KVM: MMU: try to fix up page faults before giving up") introduced the rule
// broke: a guest whose driver has taken pages back cannot get them again: KVM_RUN ends with EFAULT
// file: virt/kvm/kvm_main.c
// tests: mn_frames_test
// expect: contract 4

@@
expression r;
@@
 hva_to_pfn_remapped(...)
 {
 <...
- r = fixup_user_fault(
+ r = mn_regress(pfnmap_not_faulted_in) ? -EFAULT : fixup_user_fault(
  ...);
 ...>
 }
