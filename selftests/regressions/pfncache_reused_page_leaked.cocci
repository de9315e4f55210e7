// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: 3dddf65b4f4c ("KVM: Put the extra pfn reference when reusing a pfn in the gpc cache") fixed it
// broke: a page that KVM writes a guest's clock to keeps a reference each time that KVM finds it where it was
// file: virt/kvm/pfncache.c
// arch: x86_64
// tests: mn_clock_test:clock.delayed.*
// expect: contract 8

@@
expression mapping, page;
@@
 hva_to_pfn_retry(...)
 {
 ...
 gpc->khva = mapping;
(
- kvm_release_pfn_clean(page);
+ if (new_khva != old_khva || !mn_regress(pfncache_reused_page_leaked))
+	kvm_release_pfn_clean(page);
|
- kvm_release_page_clean(page);
+ if (new_khva != old_khva || !mn_regress(pfncache_reused_page_leaked))
+	kvm_release_page_clean(page);
)
 ...
 }
