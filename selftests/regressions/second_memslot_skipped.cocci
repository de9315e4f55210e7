// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk over the memslots of a range
// broke: of several memslots in one range, only the first is zapped
// file: virt/kvm/kvm_main.c
// tests: mn_slots_test
// expect: contract

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
identifier locked;
statement S;
@@
 walk(...)
 {
 <...
+ if (locked && mn_regress(second_memslot_skipped))
+	break;
  if (!locked) { <+... KVM_MMU_LOCK(...); ...+> }
 ...>
 }

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
identifier r;
@@
 walk(...)
 {
 <...
+ if (r.found_memslot && mn_regress(second_memslot_skipped))
+	break;
  if (!r.found_memslot) { ... }
 ...>
 }
