// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in KVM's handling of an invalidation
// broke: a 2 MiB translation survives the invalidation of its range
// file: arch/x86/kvm/mmu/tdp_mmu.c
// tests: mn_unmap_test:*thp*
// tests: mn_unmap_test:*hugetlb*
// expect: contract

@@
expression E1;
identifier iter;
@@
 tdp_mmu_zap_leafs(...)
 {
 <...
  if (!is_shadow_present_pte(iter.old_spte) || E1)
	continue;
+ if (iter.level > PG_LEVEL_4K && mn_regress(huge_spte_not_zapped))
+	continue;
 ...>
 }
