// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a page that userfaultfd protects is written to after its migration, and a snapshot has half of a state
// file: mm/migrate.c
// tests: mn_pairs_test:pairs.uffd_protected.*.move_pages_bulk
// expect: contract

@@
expression pte;
@@
remove_migration_pte(...)
{
<...
- pte_swp_uffd_wp(pte)
+ (pte_swp_uffd_wp(pte) && !mn_regress(uffd_wp_lost_in_migration))
...>
}
