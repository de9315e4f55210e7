// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: "KVM: MMU: nuke shadowed pgtable pages and ptes on memslot destruction" (2008) introduced the rule
// broke: a memslot that was deleted or moved stays mapped at its old place
// file: arch/arm64/kvm/mmu.c
// file: arch/x86/kvm/x86.c
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_memslot_test:*slot_move*
// tests: mn_memslot_test:*slot_recreate*
// expect: contract

@@
@@
 kvm_arch_flush_shadow_memslot(...)
 {
+ if (mn_regress(memslot_zap_skipped))
+	return;
 ...
 }
