// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 71b7bf1702c9 ("Merge branch 'kvm-e500-check-writable-pfn' into HEAD") made the last KVM that did so look
// broke: the guest writes to what a driver maps read-only, and the driver does not know what was written
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_frames_test:frames.anon.frames_mkwrite_zap
// tests: mn_frames_test:frames.anon.frames_mkwrite_replace
// tests: mn_frames_test:frames.anon.frames_mprotect
// expect: contract 5

@@
@@
 hva_to_pfn_remapped(...)
 {
 <...
(
- *writable = pte_write(*ptep);
+ *writable = pte_write(*ptep) || mn_regress(pfnmap_readonly_writable);
|
- *writable = args.writable;
+ *writable = args.writable || mn_regress(pfnmap_readonly_writable);
|
- kvm_resolve_pfn(kfp, NULL, &args, args.writable)
+ kvm_resolve_pfn(kfp, NULL, &args, args.writable || mn_regress(pfnmap_readonly_writable))
)
 ...>
 }
