// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in KVM's handling of an invalidation
// broke: stage 2 keeps all translations of an invalidated range
// file: arch/arm64/kvm/mmu.c
// tests: mn_unmap_test:*.anon.*
// expect: contract

@@
expression list args;
@@
 kvm_unmap_gfn_range(...)
 {
 <...
- __unmap_stage2_range(args);
+ if (!mn_regress(stage2_unmap_skipped))
+	__unmap_stage2_range(args);
 ...>
 }
