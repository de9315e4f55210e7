// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2") introduced today's rule
// broke: of a huge page that is migrated, KVM is notified of the first 4 KiB only
// file: mm/rmap.c
// tests: mn_memslot_test:*.hugetlb.slot_log_dirty_migrate
// expect: contract

@@
identifier pvmw, range;
@@
 try_to_migrate_one(...)
 {
 <...
- range.end = vma_address_end(&pvmw);
+ range.end = mn_regress(huge_migration_range_truncated) ? address + PAGE_SIZE : vma_address_end(&pvmw);
 ...>
 }
