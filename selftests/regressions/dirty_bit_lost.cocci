// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: the dirty bit of a translation must reach the page
// broke: data the guest wrote is dropped: reclaim takes the page for clean
// file: virt/kvm/kvm_main.c
// tests: mn_reclaim_test:*writeback*
// tests: mn_reclaim_test:*.memfd.*pageout*
// expect: contract 9

@@
expression page;
@@
(
 kvm_set_pfn_dirty
|
 kvm_release_page_dirty
)
 (...)
 {
 <...
- kvm_set_page_dirty(page);
+ if (!mn_regress(dirty_bit_lost))
+	kvm_set_page_dirty(page);
 ...>
 }
