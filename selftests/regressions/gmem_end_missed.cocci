// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: none: a mistake in the pairing of start and end
// broke: a hole that begins before a slot is counted when it begins and not when it ends: the guest stalls for good
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_punch_parts
// tests: mn_guest_memfd_test:*gmem_two_slots
// expect: contract 10
// expect: in-progress never below

@@
identifier f = {kvm_gmem_invalidate_end, __kvm_gmem_invalidate_end};
expression bindings, start, end;
@@
 f(...)
 {
 <...
- xa_find(bindings, &start, end - 1, XA_PRESENT)
+ (mn_regress(gmem_end_missed) ? !!xa_load(bindings, start) :
+  !!xa_find(bindings, &start, end - 1, XA_PRESENT))
 ...>
 }
