// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: a mistake in KVM's handling of an invalidation
// broke: where KVM goes by rmaps, the guest loses 2 MiB of translations for each page that the mm takes
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_precision_test:*.anon.*
// expect: contract 11
// mode: rmap

@@
identifier f = kvm_unmap_gfn_range;
identifier kvm, range;
@@
 f(struct kvm *kvm, struct kvm_gfn_range *range)
 {
 <...
+ if (kvm_memslots_have_rmaps(kvm) && mn_regress(rmap_zap_widened)) {
+	range->start = max(round_down(range->start, 512), range->slot->base_gfn);
+	range->end = min(round_up(range->end, 512),
+			 range->slot->base_gfn + range->slot->npages);
+ }
  if (<+... kvm_memslots_have_rmaps(kvm) ...+>) { ... }
 ...>
 }
