// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: off by one in the interval of addresses by which a memslot is found
// broke: what happens to the last page of a memslot alone does not reach the guest
// file: virt/kvm/kvm_main.c
// tests: mn_slots_test:slots.growing.*
// expect: contract
// expect: kernel BUG at

@@
expression new, idx, E;
@@
 kvm_replace_memslot(...)
 {
 <...
  new->hva_node[idx].last = E;
+ if (new->npages > 1 && mn_regress(slot_interval_cut_short))
+	new->hva_node[idx].last -= PAGE_SIZE;
 ...>
 }
