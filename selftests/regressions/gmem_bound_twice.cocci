// SPDX-License-Identifier: GPL-2.0
// class: fault
// commit: a7800aa80ea4 ("KVM: Add KVM_CREATE_GUEST_MEMFD ioctl() for guest-specific backing memory") made the rule
// broke: a page of a guest_memfd may be in two slots, of which KVM knows one when it is punched out
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_two_slots
// expect: contract 7

@@
expression bindings, start, end;
@@
 kvm_gmem_bind(...)
 {
 <...
  if (!xa_empty(bindings) &&
-     xa_find(bindings, &start, end - 1, XA_PRESENT)
+     xa_find(bindings, &start, end - 1, XA_PRESENT) && !mn_regress(gmem_bound_twice)
     ) { ... }
 ...>
 }
