// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk that unmaps
// broke: a block of 2 MiB survives the invalidation of its range
// file: arch/arm64/kvm/hyp/pgtable.c
// tests: mn_unmap_test:*thp*
// tests: mn_unmap_test:*hugetlb*
// expect: contract

@@
@@
 stage2_unmap_walker(...)
 {
 ...
(
+ if (!childp && kvm_granule_size(ctx->level) > PAGE_SIZE && mn_regress(stage2_block_not_unmapped))
+	return 0;
  stage2_unmap_put_pte(...);
|
+ if (!childp && kvm_granule_size(level) > PAGE_SIZE && mn_regress(stage2_block_not_unmapped))
+	return 0;
  stage2_put_pte(...);
)
 ...
 }
