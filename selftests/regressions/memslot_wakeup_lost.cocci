// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: 52ac8b358b0c ("KVM: Block memslot updates across range_start() and range_end()") introduced the rule
// broke: a memslot update that waits for an invalidation is never woken up
// file: virt/kvm/kvm_main.c
// tests: mn_delay_vm_test
// expect: contract 7

@@
expression w;
@@
 kvm_mmu_notifier_invalidate_range_end(...)
 {
 <...
- rcuwait_wake_up(w);
+ if (!mn_regress(memslot_wakeup_lost))
+	rcuwait_wake_up(w);
 ...>
 }
