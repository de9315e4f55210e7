// SPDX-License-Identifier: GPL-2.0
// class: lost data
// commit: a76054266661 ("mm: shmem: don't truncate page if memory failure happens")
// broke: a poisoned page of shared memory is dropped, and the guest silently reads zeroes instead of getting SIGBUS
// file: mm/shmem.c
// tests: mn_migrate_test:*.memfd*.hwpoison
// expect: contract 9

@@
identifier mapping, folio;
@@
 shmem_error_remove_folio(struct address_space *mapping, struct folio *folio)
 {
+	if (mn_regress(shmem_poison_truncated))
+		return generic_error_remove_folio(mapping, folio);
 ...
 }

@@
identifier mapping, page;
@@
 shmem_error_remove_page(struct address_space *mapping, struct page *page)
 {
+	if (mn_regress(shmem_poison_truncated))
+		return generic_error_remove_page(mapping, page);
 ...
 }
