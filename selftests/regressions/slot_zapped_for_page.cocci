// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: a mistake in KVM's handling of an invalidation
// broke: for each page that the mm takes, the guest loses all translations of its memslot
// file: arch/x86/kvm/mmu/mmu.c
// file: arch/arm64/kvm/mmu.c
// tests: mn_precision_test
// expect: contract 11

@@
identifier f = kvm_unmap_gfn_range;
identifier kvm, range;
@@
 f(struct kvm *kvm, struct kvm_gfn_range *range)
 {
 <...
(
+ if (mn_regress(slot_zapped_for_page)) {
+	range->start = range->slot->base_gfn;
+	range->end = range->slot->base_gfn + range->slot->npages;
+ }
  if (<+... kvm_memslots_have_rmaps(kvm) ...+>) { ... }
|
+ if (mn_regress(slot_zapped_for_page)) {
+	range->start = range->slot->base_gfn;
+	range->end = range->slot->base_gfn + range->slot->npages;
+ }
  __unmap_stage2_range(...);
)
 ...>
 }
