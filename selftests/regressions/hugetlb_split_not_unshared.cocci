// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: b30c14cd6102 ("hugetlb: unshare some PMDs when splitting VMAs")
// broke: a mapping of hugetlb that is split goes on sharing a page table that is no longer all its own, and what is unmapped in it later is not what KVM is notified of
// file: mm/hugetlb.c
// tests: mn_hugepage_test:*.unshare_mprotect
// expect: contract 5

@@
identifier fn =~ "^(hugetlb_split|hugetlb_vm_op_split)$";
expression list args;
@@
fn(...)
{
<...
- hugetlb_unshare_pmds(args);
+ if (!mn_regress(hugetlb_split_not_unshared))
+	hugetlb_unshare_pmds(args);
...>
}
