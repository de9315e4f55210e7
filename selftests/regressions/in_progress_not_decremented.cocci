// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: c2655835fd8c ("mm/mmu_notifiers: ensure range_end() is paired with range_start()") describes the effect on a guest
// broke: KVM's count of invalidations in progress only grows: the guest stalls after the first one
// file: virt/kvm/kvm_main.c
// tests: mn_unmap_test:*.anon.*
// expect: contract 10
// expect: in-progress never below

@@
expression kvm;
@@
 kvm_mmu_invalidate_end(...)
 {
 <...
- kvm->mmu_invalidate_in_progress--;
+ if (!mn_regress(in_progress_not_decremented))
+	kvm->mmu_invalidate_in_progress--;
 ...>
 }
