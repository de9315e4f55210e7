// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a walk that does not go on behind the last entry of a page table
// broke: of a range of several page tables, only what the first of them maps is zapped
// file: virt/kvm/kvm_main.c
// tests: mn_scale_test:scale.pages.*
// expect: contract
// expect: kernel BUG at

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
expression slot, hva_end;
@@
 walk(...)
 {
 <...
  gfn_range.end = hva_to_gfn_memslot(hva_end + PAGE_SIZE - 1, slot);
+ if (gfn_range.end > ALIGN(gfn_range.start + 1, PTRS_PER_PTE) && mn_regress(zap_ends_with_page_table))
+	gfn_range.end = ALIGN(gfn_range.start + 1, PTRS_PER_PTE);
 ...>
 }
