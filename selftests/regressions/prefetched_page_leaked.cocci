// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: none: KVM gives back the pages around a fault that it has mapped along with it
// broke: neighbours of pages that guests faulted on can never be moved, freed or offlined
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_leak_test:retried.*
// mode: rmap
// expect: contract 8

@@
expression page;
@@
(
 direct_pte_prefetch_many
|
 kvm_mmu_prefetch_sptes
)
 (...)
 {
 <...
(
- put_page(page);
+ if (!mn_regress(prefetched_page_leaked))
+	put_page(page);
|
- kvm_release_page_dirty(page);
+ if (!mn_regress(prefetched_page_leaked))
+	kvm_release_page_dirty(page);
)
 ...>
 }
