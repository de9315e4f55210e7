// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: c2655835fd8c ("mm/mmu_notifiers: ensure range_end() is paired with range_start()") describes the effect on a guest
// broke: KVM ignores the end of a non-blockable range: its count stays elevated
// file: virt/kvm/kvm_main.c
// tests: mn_refusal_test
// expect: contract 10
// expect: in-progress never below

@@
identifier mn, range;
identifier walk =~ "^(__)?kvm_handle_hva_range$";
@@
 static void kvm_mmu_notifier_invalidate_range_end(struct mmu_notifier *mn,
						    const struct mmu_notifier_range *range)
 {
 ...
+ if (!mmu_notifier_range_blockable(range) && mn_regress(nonblockable_end_ignored))
+	return;
 walk(...);
 ...
 }
