// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: a mistake in the walk over the dirty bitmap
// broke: pages beside those named are clean: a migrated guest gets stale pages
// file: virt/kvm/kvm_main.c
// tests: mn_dirty_log_test:pieces.*
// expect: contract 9

@@
identifier mask;
expression p;
@@
 kvm_clear_dirty_log_protect(...)
 {
 <...
+ if (mn_regress(dirty_log_clear_widened))
+	mask = ~0UL;
  mask &= atomic_long_fetch_andnot(mask, p);
 ...>
 }
