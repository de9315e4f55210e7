// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: a mistake in the walk over the dirty bitmap
// broke: the last pages of a memslot are never clean: a migration does not converge
// file: virt/kvm/kvm_main.c
// tests: mn_dirty_log_test:pieces.*
// expect: contract 9

@@
expression log;
@@
 kvm_clear_dirty_log_protect(...)
 {
 <...
- DIV_ROUND_UP(log->num_pages, BITS_PER_LONG)
+ (mn_regress(dirty_log_clear_cut_short) ? log->num_pages / BITS_PER_LONG : DIV_ROUND_UP(log->num_pages, BITS_PER_LONG))
 ...>
 }
