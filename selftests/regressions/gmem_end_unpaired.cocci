// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: none: a mistake in the pairing of start and end
// broke: a hole that meets no slot is counted when it ends and not when it begins: KVM's count goes below 0
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_punch_parts
// tests: mn_guest_memfd_test:*gmem_two_slots
// expect: contract

@@
identifier f = {kvm_gmem_invalidate_end, __kvm_gmem_invalidate_end};
expression bindings, start, end;
@@
 f(...)
 {
 <...
- xa_find(bindings, &start, end - 1, XA_PRESENT)
+ (xa_find(bindings, &start, end - 1, XA_PRESENT) || mn_regress(gmem_end_unpaired))
 ...>
 }
