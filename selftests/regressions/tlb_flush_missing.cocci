// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in KVM's handling of an invalidation
// broke: translations are gone from the page tables but live on in the vCPUs' TLBs
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_unmap_test:*.anon.*
// expect: contract

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
expression kvm;
@@
 walk(...)
 {
 <...
- kvm_flush_remote_tlbs(kvm);
+ if (!mn_regress(tlb_flush_missing))
+	kvm_flush_remote_tlbs(kvm);
 ...>
 }
