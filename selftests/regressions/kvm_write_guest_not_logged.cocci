// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: KVM's own writes to guest memory must be logged as well
// broke: what KVM writes to guest memory is missing from the dirty log: a migrated guest gets stale pages
// file: virt/kvm/kvm_main.c
// arch: x86_64
// tests: mn_dirty_log_test:*/receive.*
// expect: contract 9

@@
@@
 __kvm_write_guest_page(...)
 {
 <...
- mark_page_dirty_in_slot(kvm, memslot, gfn);
+ if (!mn_regress(kvm_write_guest_not_logged))
+	mark_page_dirty_in_slot(kvm, memslot, gfn);
 ...>
 }
