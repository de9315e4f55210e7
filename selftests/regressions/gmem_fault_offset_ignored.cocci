// SPDX-License-Identifier: GPL-2.0
// class: fault
// commit: none: a mistake in the conversion of guest addresses to file offsets
// broke: the guest cannot use a slot that does not begin at offset 0 of its guest_memfd
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_punch_parts
// tests: mn_guest_memfd_test:*gmem_two_slots
// expect: KVM_RUN: EIO

@@
expression E, slot;
@@
 kvm_gmem_get_index(...)
 {
- return E + slot->gmem.pgoff;
+ return E + (mn_regress(gmem_fault_offset_ignored) ? 0 : slot->gmem.pgoff);
 }
