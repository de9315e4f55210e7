// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: d62007edf01f ("KVM: x86/mmu: Zap _all_ roots when unmapping gfn range in TDP MMU")
// broke: while a memslot is updated, a vCPU keeps using pages that were taken away: the page tables that it is to leave are not zapped
// file: arch/x86/kvm/mmu/tdp_mmu.c
// tests: mn_memslot_test:*slot_recreate*
// tests: mn_delay_vm_test
// expect: contract

@@
identifier flush, root;
expression list args;
@@
 kvm_tdp_mmu_unmap_gfn_range(...)
 {
 <...
- flush = tdp_mmu_zap_leafs(kvm, root, args);
+ if (!root->role.invalid || !mn_regress(invalid_root_not_zapped))
+	flush = tdp_mmu_zap_leafs(kvm, root, args);
 ...>
 }
