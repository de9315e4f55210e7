// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a device goes on writing to a page that the process no longer has
// file: mm/migrate.c
// file: mm/rmap.c
// tests: mn_pairs_test:pairs.pinned.anon.move_pages_bulk
// tests: mn_migrate_test:migrate.anon.longterm_pin
// expect: contract 9

@@
identifier f =~ "^(__)?(folio_migrate_mapping|migrate_folio)$";
expression folio, count;
@@
f(...)
{
<...
- folio_ref_count(folio) != count
+ folio_ref_count(folio) != count &&
+	!(folio_maybe_dma_pinned(folio) && mn_regress(pinned_page_migrated))
...>
}

@@
expression e;
expression list es;
identifier share =~ "^(page|folio)_try_share_anon_rmap";
@@
try_to_migrate_one(...)
{
<...
- e && share(es)
+ e && share(es) && !mn_regress(pinned_page_migrated)
...>
}
