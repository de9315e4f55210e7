// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: what KVM writes for the guest must be in the dirty log as well
// broke: writes of emulated instructions are missing in the log: a migrated guest has old pages
// file: virt/kvm/kvm_main.c
// tests: mn_dirty_log_test:*.receive.*
// expect: contract 9

@@
@@
 __kvm_write_guest_page(...)
 {
 <...
- mark_page_dirty_in_slot(kvm, memslot, gfn);
+ if (!mn_regress(host_write_not_logged))
+	mark_page_dirty_in_slot(kvm, memslot, gfn);
 ...>
 }
