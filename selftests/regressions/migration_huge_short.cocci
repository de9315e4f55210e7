// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 369ea8242c0f ("mm/rmap: update to new mmu_notifier semantic v2") made the rule as it is
// broke: of a huge page that is migrated KVM hears only of the first 4 KiB
// file: mm/rmap.c
// tests: mn_memslot_test:*.hugetlb.slot_log_dirty_migrate.*
// expect: contract

@@
identifier pvmw, range;
@@
 try_to_migrate_one(...)
 {
 <...
- range.end = vma_address_end(&pvmw);
+ range.end = mn_regress(migration_huge_short) ? address + PAGE_SIZE : vma_address_end(&pvmw);
 ...>
 }
