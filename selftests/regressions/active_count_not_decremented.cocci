// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: 52ac8b358b0c ("KVM: Block memslot updates across range_start() and range_end()") introduced the rule
// broke: memslot updates wait forever for an invalidation that has ended
// file: virt/kvm/kvm_main.c
// tests: mn_unmap_test:*.anon.*
// tests: mn_delay_vm_test
// expect: active never below
// expect: kvm_swap_active_memslots

@@
expression kvm;
@@
 kvm_mmu_notifier_invalidate_range_end(...)
 {
 <...
- --kvm->mn_active_invalidate_count == 0
+ (mn_regress(active_count_not_decremented) ? 0 : --kvm->mn_active_invalidate_count == 0)
 ...>
 }

@@
expression kvm;
@@
 kvm_mmu_notifier_invalidate_range_end(...)
 {
 <...
  if (...)
- --kvm->mn_active_invalidate_count;
+ {
+	if (!mn_regress(active_count_not_decremented))
+		--kvm->mn_active_invalidate_count;
+ }
 ...>
 }
