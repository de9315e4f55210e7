// SPDX-License-Identifier: GPL-2.0
// class: count
// commit: 52ac8b358b0c ("KVM: Block memslot updates across range_start() and range_end()")
// broke: memslots change between the start and the end of a range, which then apply to different memslots
// file: virt/kvm/kvm_main.c
// tests: mn_delay_vm_test
// expect: contract 7
// expect: contract 10

@@
@@
 kvm_swap_active_memslots(...)
 {
 <...
- while (kvm->mn_active_invalidate_count) {
+ while (kvm->mn_active_invalidate_count && !mn_regress(memslot_update_not_blocked)) {
  ...
  }
 ...>
 }
