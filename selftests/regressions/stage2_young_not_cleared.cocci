// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: what the guest no longer uses must become old
// broke: memory that the guest used once looks used forever, and what is needed is reclaimed instead
// file: arch/arm64/kvm/mmu.c
// tests: mn_reclaim_test:*page_idle*
// expect: contract 9

@@
identifier kvm, range;
@@
 kvm_age_gfn(struct kvm *kvm, struct kvm_gfn_range *range)
 {
+ if (mn_regress(stage2_young_not_cleared))
+	return kvm_test_age_gfn(kvm, range);
 ...
 }
