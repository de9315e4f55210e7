// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a checkpoint loses what was written before the page was migrated
// file: mm/migrate.c
// arch: x86_64
// tests: mn_pairs_test:pairs.soft_dirty.*.move_pages_bulk
// expect: contract 9

@@
expression pte;
@@
remove_migration_pte(...)
{
<...
- pte_swp_soft_dirty(pte)
+ (pte_swp_soft_dirty(pte) && !mn_regress(soft_dirty_lost_in_migration))
...>
}
