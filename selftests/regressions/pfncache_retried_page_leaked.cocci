// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: none: each try to map the page gives back what the one before it got
// broke: the page that KVM writes a guest's clock to can never be moved, freed or offlined
// file: virt/kvm/pfncache.c
// arch: x86_64
// tests: mn_clock_test:clock.delayed.*
// expect: contract 8

@@
expression page, bad;
@@
 hva_to_pfn_retry(...)
 {
 <...
 if (new_pfn != bad) {
 ...
(
- kvm_release_pfn_clean(page);
+ if (!mn_regress(pfncache_retried_page_leaked))
+	kvm_release_pfn_clean(page);
|
- kvm_release_page_unused(page);
+ if (!mn_regress(pfncache_retried_page_leaked))
+	kvm_release_page_unused(page);
)
 ...
 }
 ...>
 }
