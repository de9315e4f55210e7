// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 21b85b09527c ("madvise: use zap_page_range_single for madvise dontneed")
// broke: MADV_DONTNEED of one page unshares a whole page table of hugetlb, and KVM is notified of that page only
// file: mm/memory.c
// file: mm/hugetlb.c
// tests: mn_hugepage_test:*.unshare_dontneed
// expect: contract 5

@@
identifier fn =~ "^(zap_page_range_single|__hugetlb_zap_begin)$";
expression list args;
@@
fn(...)
{
<...
- adjust_range_if_pmd_sharing_possible(args);
+ if (!mn_regress(hugetlb_zap_range_truncated))
+	adjust_range_if_pmd_sharing_possible(args);
...>
}
