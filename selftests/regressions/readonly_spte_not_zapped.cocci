// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk that zaps
// broke: read-only translations outlive their page
// file: arch/x86/kvm/mmu/tdp_mmu.c
// tests: mn_unmap_test
// expect: contract
// expect: kernel BUG at

@@
identifier set =~ "^tdp_mmu_(iter_)?set_spte$";
@@
 tdp_mmu_zap_leafs(...)
 {
 <...
+ if (!is_writable_pte(iter.old_spte) && mn_regress(readonly_spte_not_zapped))
+	continue;
  set(kvm, &iter, ...);
 ...>
 }
