// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 3a0f64de479c ("KVM: x86/mmu: Don't advance iterator after restart due to yielding"): one of the rules for walks that yield
// broke: a zap that lets others have the lock does not go on afterwards: what comes behind stays mapped
// file: arch/x86/kvm/mmu/tdp_mmu.c
// tests: mn_scale_test:scale.pages.*
// expect: contract
// expect: kernel BUG at

@@
expression kvm, iter, flush, shared;
@@
 tdp_mmu_zap_leafs(...)
 {
 <...
  if (can_yield && tdp_mmu_iter_cond_resched(kvm, iter, flush, shared)) {
	flush = false;
+	if (mn_regress(zap_ends_at_yield))
+		break;
	continue;
  }
 ...>
 }
