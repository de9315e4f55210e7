// SPDX-License-Identifier: GPL-2.0
// class: precision
// commit: none: a range that is not narrowed to what the call is about
// broke: for each page that is migrated, the guest loses the whole mapping
// file: mm/rmap.c
// tests: mn_precision_test:*.move_pages_bulk
// expect: contract 11

@@
identifier vma, range;
expression list args;
@@
 try_to_migrate_one(..., struct vm_area_struct *vma, ...)
 {
 <...
  mmu_notifier_range_init(&range, args);
+ if (mn_regress(migration_range_widened)) {
+	range.start = vma->vm_start;
+	range.end = vma->vm_end;
+ }
 ...>
 }
