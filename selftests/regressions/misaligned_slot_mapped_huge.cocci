// SPDX-License-Identifier: GPL-2.0
// class: mapping size
// commit: none: huge pages need a memslot that is aligned to its memory
// broke: the guest reads and writes other pages than its own, after its memslot has moved by a small page
// file: arch/x86/kvm/x86.c
// tests: mn_slots_test:slots.moving.*
// tests: mn_hugepage_test:*misaligned*
// expect: contract
// expect: kernel BUG at arch/x86/kvm/mmu

@@
identifier slot, ugfn;
expression mask;
@@
 kvm_alloc_memslot_metadata(...)
 {
 <...
- (slot->base_gfn ^ ugfn) & mask
+ (mn_regress(misaligned_slot_mapped_huge) ? 0 : slot->base_gfn ^ ugfn) & mask
 ...>
 }
