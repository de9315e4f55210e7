// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: none: of the two references of a page that was read and may be written KVM gives back one at once
// broke: pages of guests that were read first can never be moved, freed or offlined
// file: virt/kvm/kvm_main.c
// tests: mn_leak_test:retried.anon.read
// expect: contract 8

@@
identifier page, wpage;
@@
 hva_to_pfn_slow(...)
 {
 <...
- put_page(page);
+ if (!mn_regress(read_fault_page_leaked))
+	put_page(page);
 page = wpage;
 ...>
 }
