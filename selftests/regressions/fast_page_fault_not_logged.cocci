// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: making a translation writable again must log the page
// broke: writes to pages that were write-protected for the dirty log are missing from it: a migrated guest gets stale pages
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_dirty_log_test
// expect: contract 9

@@
expression list args;
@@
 fast_pf_fix_direct_spte(...)
 {
 <...
- mark_page_dirty_in_slot(args);
+ if (!mn_regress(fast_page_fault_not_logged))
+	mark_page_dirty_in_slot(args);
 ...>
 }
