// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: 4a42d848db95 ("KVM: x86/mmu: Consider the hva in mmu_notifier retry") introduced the rule
// broke: of two concurrent invalidations, only the first makes faults retry
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_delay_test
// expect: contract 4

@@
expression kvm, from, to;
@@
(
- kvm->mmu_invalidate_range_start = min(kvm->mmu_invalidate_range_start, from);
+ if (!mn_regress(retry_ranges_not_merged))
+	kvm->mmu_invalidate_range_start = min(kvm->mmu_invalidate_range_start, from);
|
- kvm->mmu_invalidate_range_end = max(kvm->mmu_invalidate_range_end, to);
+ if (!mn_regress(retry_ranges_not_merged))
+	kvm->mmu_invalidate_range_end = max(kvm->mmu_invalidate_range_end, to);
)
