// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk that zaps
// broke: translations that look unused are not zapped when reclaim takes their page
// file: arch/x86/kvm/mmu/tdp_mmu.c
// tests: mn_reclaim_test:*.memory_reclaim
// tests: mn_reclaim_test:*.memory_high
// tests: mn_reclaim_test:*.pageout
// expect: contract
// expect: Kernel panic

@@
identifier set =~ "^tdp_mmu_(iter_)?set_spte$";
@@
 tdp_mmu_zap_leafs(...)
 {
 <...
+ if (!is_accessed_spte(iter.old_spte) && mn_regress(unaccessed_spte_not_zapped))
+	continue;
  set(kvm, &iter, ...);
 ...>
 }
