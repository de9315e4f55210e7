// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in KVM's handling of an invalidation
// broke: the TDP MMU keeps all translations of an invalidated range
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_unmap_test:*.anon.*
// expect: contract
// expect: kernel BUG at

@@
expression E1, E2, flush;
@@
 kvm_unmap_gfn_range(...)
 {
 <...
- flush = kvm_tdp_mmu_unmap_gfn_range(E1, E2, flush);
+ if (!mn_regress(tdp_zap_skipped))
+	flush = kvm_tdp_mmu_unmap_gfn_range(E1, E2, flush);
 ...>
 }
