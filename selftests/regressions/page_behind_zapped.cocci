// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: off by one in the range that KVM zaps
// broke: with each range that the mm takes, the guest loses the page behind it
// file: arch/x86/kvm/mmu/mmu.c
// file: arch/arm64/kvm/mmu.c
// tests: mn_precision_test:*.anon.*
// expect: contract 11

@@
identifier f = kvm_unmap_gfn_range;
identifier kvm, range;
@@
 f(struct kvm *kvm, struct kvm_gfn_range *range)
 {
 <...
(
+ if (range->end < range->slot->base_gfn + range->slot->npages && mn_regress(page_behind_zapped))
+	range->end++;
  if (<+... kvm_memslots_have_rmaps(kvm) ...+>) { ... }
|
+ if (range->end < range->slot->base_gfn + range->slot->npages && mn_regress(page_behind_zapped))
+	range->end++;
  __unmap_stage2_range(...);
)
 ...>
 }
