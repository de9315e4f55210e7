// SPDX-License-Identifier: GPL-2.0
// class: lost data
// commit: 8625147cafaa ("hugetlbfs: don't delete error page from pagecache")
// broke: a poisoned huge page of a file is dropped, and the guest silently reads zeroes instead of getting SIGBUS
// file: fs/hugetlbfs/inode.c
// tests: mn_migrate_test:*.hugetlb_shared.hwpoison
// expect: contract 9

@@
identifier mapping, folio;
@@
 hugetlbfs_error_remove_folio(struct address_space *mapping, struct folio *folio)
 {
+	if (mn_regress(hugetlbfs_poison_truncated)) {
+		pgoff_t index = folio->index / folio_nr_pages(folio);
+
+		hugetlb_delete_from_page_cache(folio);
+		if (hugetlb_unreserve_pages(mapping->host, index, index + 1, 1))
+			hugetlb_fix_reserve_counts(mapping->host);
+	}
 ...
 }

@@
identifier mapping, page;
@@
 hugetlbfs_error_remove_page(struct address_space *mapping, struct page *page)
 {
+	if (mn_regress(hugetlbfs_poison_truncated)) {
+		pgoff_t index = page->index;
+
+		hugetlb_delete_from_page_cache(page);
+		if (hugetlb_unreserve_pages(mapping->host, index, index + 1, 1))
+			hugetlb_fix_reserve_counts(mapping->host);
+	}
 ...
 }
