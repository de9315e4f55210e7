// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the zapping of a single memslot
// broke: a memslot that was deleted or moved stays mapped at its old place, if the VM has its memslots zapped alone
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_slots_test:slots.zaps_one.*
// tests: mn_precision_test:other_slot.*
// mode: tdp
// expect: contract 5

@@
expression kvm, range;
identifier flush;
@@
 kvm_arch_flush_shadow_memslot(...)
 {
 <...
- flush = kvm_unmap_gfn_range(kvm, range);
+ flush = !mn_regress(zap_one_skipped) && kvm_unmap_gfn_range(kvm, range);
 ...>
 }
