// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: e930bffe95e1 ("KVM: Synchronize guest physical memory map to host virtual memory map") introduced the rule
// broke: a fault that raced with a whole invalidation maps the old page
// file: virt/kvm/kvm_main.c
// tests: mn_delay_test
// tests: mn_unmap_test:*.anon.*
// expect: contract
// expect: seq stood at

@@
expression kvm;
@@
 kvm_mmu_invalidate_end(...)
 {
 <...
- kvm->mmu_invalidate_seq++;
+ if (!mn_regress(seq_not_bumped))
+	kvm->mmu_invalidate_seq++;
 ...>
 }
