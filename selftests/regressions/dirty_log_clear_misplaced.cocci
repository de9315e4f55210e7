// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: a mistake in the walk over the dirty bitmap
// broke: other pages than those named are clean: a migrated guest gets stale pages
// file: virt/kvm/kvm_main.c
// tests: mn_dirty_log_test:pieces.*
// expect: contract 9

@@
expression log, offset;
@@
 kvm_clear_dirty_log_protect(...)
 {
 <...
- offset = log->first_page
+ offset = mn_regress(dirty_log_clear_misplaced) ? 0 : log->first_page
 ...>
 }
