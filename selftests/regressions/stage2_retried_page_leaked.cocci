// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: none: a fault that is tried again gives back the page that it got
// broke: pages of guests that were faulted in during an invalidation can never be moved, freed or offlined
// file: arch/arm64/kvm/mmu.c
// tests: mn_leak_test:retried.*
// expect: contract 8

@@
expression pfn;
@@
 user_mem_abort(...)
 {
 <...
- kvm_release_pfn_clean(pfn);
+ if (ret != -EAGAIN || !mn_regress(stage2_retried_page_leaked))
+	kvm_release_pfn_clean(pfn);
 ...>
 }

@@
expression kvm, seq;
identifier out;
@@
 user_mem_abort(...)
 {
 <...
- if (mmu_invalidate_retry(kvm, seq))
-	goto out;
+ if (mmu_invalidate_retry(kvm, seq)) {
+	if (mn_regress(stage2_retried_page_leaked))
+		get_page(pfn_to_page(pfn));
+	goto out;
+ }
 ...>
 }

@@
expression kvm, page, unused, dirty;
@@
 kvm_s2_fault_map(...)
 {
 <...
- kvm_release_faultin_page(kvm, page, unused, dirty);
+ if (ret != -EAGAIN || !mn_regress(stage2_retried_page_leaked))
+	kvm_release_faultin_page(kvm, page, unused, dirty);
 ...>
 }
