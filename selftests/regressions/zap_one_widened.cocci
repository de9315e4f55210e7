// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: a mistake in the zapping of a single memslot
// broke: for each memslot that is deleted or moved, the guest loses all translations, though the VMM has asked otherwise
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_precision_test:other_slot.*
// expect: contract 11

@@
expression kvm;
@@
 kvm_arch_flush_shadow_memslot(...)
 {
 <...
- kvm_check_has_quirk(kvm, KVM_X86_QUIRK_SLOT_ZAP_ALL)
+ (kvm_check_has_quirk(kvm, KVM_X86_QUIRK_SLOT_ZAP_ALL) || mn_regress(zap_one_widened))
 ...>
 }
