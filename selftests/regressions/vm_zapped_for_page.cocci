// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: a mistake in KVM's handling of an invalidation
// broke: for each page that the mm takes, the guest loses all translations that it has
// file: arch/x86/kvm/mmu/tdp_mmu.c
// tests: mn_precision_test
// expect: contract 11

@@
identifier f = kvm_tdp_mmu_unmap_gfn_range;
expression kvm, root, start, end, yields, flush;
@@
 f(...)
 {
 <...
  tdp_mmu_zap_leafs(kvm, root,
-		    start, end,
+		    mn_regress(vm_zapped_for_page) ? 0 : start,
+		    mn_regress(vm_zapped_for_page) ? ~0ULL : end,
		    yields, flush)
 ...>
 }
