// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: none: a fault that is tried again gives back the page that it got
// broke: pages of guests that were faulted in during an invalidation can never be moved, freed or offlined
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_leak_test:retried.*
// expect: contract 8

@@
expression pfn;
@@
(
 direct_page_fault
|
 kvm_tdp_mmu_page_fault
)
 (...)
 {
 <...
- kvm_release_pfn_clean(pfn);
+ if (r != RET_PF_RETRY || !mn_regress(retried_page_leaked))
+	kvm_release_pfn_clean(pfn);
 ...>
 }

@@
expression pfn;
@@
 kvm_faultin_pfn(...)
 {
 <...
- kvm_release_pfn_clean(pfn);
+ if (!mn_regress(retried_page_leaked))
+	kvm_release_pfn_clean(pfn);
 ...>
 }

@@
expression kvm, page, unused, dirty;
@@
 kvm_mmu_finish_page_fault(...)
 {
 <...
- kvm_release_faultin_page(kvm, page, unused, dirty);
+ if (r != RET_PF_RETRY || !mn_regress(retried_page_leaked))
+	kvm_release_faultin_page(kvm, page, unused, dirty);
 ...>
 }
