// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: whoever makes an entry invalid must see that no TLB has it any more
// broke: translations are gone from stage 2 but live on in the CPUs' TLBs
// file: arch/arm64/kvm/hyp/pgtable.c
// tests: mn_unmap_test:*.anon.*
// expect: contract

@@
expression list args;
@@
(
 stage2_unmap_put_pte
|
 stage2_put_pte
)
 (...)
 {
 <...
- kvm_call_hyp(args);
+ if (!mn_regress(stage2_tlbi_missing))
+	kvm_call_hyp(args);
 ...>
 }
