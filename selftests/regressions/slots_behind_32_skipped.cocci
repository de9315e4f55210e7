// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk over the memslots of a range
// broke: of more than 32 memslots in one range, the others are not zapped
// file: virt/kvm/kvm_main.c
// tests: mn_scale_test:scale.crowd.*
// tests: mn_slots_test:slots.single.*
// expect: contract

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
identifier slot;
@@
 walk(...)
 {
 <...
 struct kvm_memory_slot *slot;
+ unsigned int nr_handled = 0;
 ...>
 }

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
expression slot, hva_end;
@@
 walk(...)
 {
 <...
  gfn_range.end = hva_to_gfn_memslot(hva_end + PAGE_SIZE - 1, slot);
+ if (nr_handled++ >= 32 && mn_regress(slots_behind_32_skipped))
+	continue;
 ...>
 }
