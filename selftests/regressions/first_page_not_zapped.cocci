// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: off by one in the range that KVM zaps
// broke: the guest keeps its translation of the first page of each range
// file: virt/kvm/kvm_main.c
// tests: mn_unmap_test:*.anon.*
// expect: contract

@@
identifier walk =~ "^(__)?kvm_handle_hva_range$";
expression slot, hva_end;
@@
 walk(...)
 {
 <...
  gfn_range.end = hva_to_gfn_memslot(hva_end + PAGE_SIZE - 1, slot);
+ if (gfn_range.end - gfn_range.start > 1 && mn_regress(first_page_not_zapped))
+	gfn_range.start++;
 ...>
 }
