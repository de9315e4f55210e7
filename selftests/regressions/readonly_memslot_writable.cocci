// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: what a read-only memslot maps is not writable, though its memory is
// broke: the guest writes to read-only memory, such as firmware, once it has read it
// file: virt/kvm/kvm_main.c
// tests: mn_memslot_test:*slot_readonly*
// expect: contract 7

@@
expression slot;
@@
(
 __gfn_to_pfn_memslot
|
 kvm_follow_pfn
)
 (...)
 {
 <...
- memslot_is_readonly(slot)
+ (memslot_is_readonly(slot) && !mn_regress(readonly_memslot_writable))
 ...>
 }
