// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the walk over the address spaces of a VM
// broke: a vCPU in system management mode keeps using pages that were taken away
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_slots_test:*smm*
// expect: contract 5
// expect: contract 9

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
identifier gfn_range;
@@
 walk(...)
 {
 <...
+ if (i && mn_regress(second_address_space_skipped))
+	continue;
  gfn_range.start = hva_to_gfn_memslot(hva_start, slot);
 ...>
 }
