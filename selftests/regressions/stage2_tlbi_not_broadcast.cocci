// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a TLB invalidation for a VM must reach every CPU that its vCPUs may have run on
// broke: translations live on in the TLBs of all CPUs but the one that invalidated them
// file: arch/arm64/kvm/hyp/vhe/tlb.c
// tests: mn_unmap_test:*.anon.*
// mode: vhe
// expect: contract

@@
@@
 __kvm_tlb_flush_vmid_ipa(...)
 {
 <...
- __tlbi(vmalle1is);
+ if (mn_regress(stage2_tlbi_not_broadcast))
+	__tlbi(vmalle1);
+ else
+	__tlbi(vmalle1is);
 ...>
 }
