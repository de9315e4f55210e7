// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: making a translation writable must log the page
// broke: what the guest writes is missing from the dirty log: a migrated guest gets stale pages
// file: arch/arm64/kvm/mmu.c
// tests: mn_dirty_log_test
// expect: contract 9

@@
expression list args;
@@
(
 user_mem_abort
|
 kvm_s2_fault_map
)
 (...)
 {
 <...
- mark_page_dirty_in_slot(args);
+ if (!mn_regress(stage2_dirty_not_logged))
+	mark_page_dirty_in_slot(args);
 ...>
 }
