// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the conversion of file offsets to guest addresses
// broke: of a slot that does not begin at offset 0 of its guest_memfd, other pages are zapped than those punched out
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_punch_parts
// tests: mn_guest_memfd_test:*gmem_two_slots
// expect: contract 9

@@
identifier f = {kvm_gmem_invalidate_begin, __kvm_gmem_invalidate_start};
identifier slot, pgoff;
@@
 f(...)
 {
 <...
- pgoff_t pgoff = slot->gmem.pgoff;
+ pgoff_t pgoff = mn_regress(gmem_offset_ignored) ? 0 : slot->gmem.pgoff;
 ...>
 }
