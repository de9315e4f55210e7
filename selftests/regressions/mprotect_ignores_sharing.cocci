// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: mprotect(), or the end of a protection by userfaultfd, makes writable what a child shares: it sees what is written here
// file: mm/mprotect.c
// tests: mn_pairs_test:pairs.shared.anon.mprotect_none
// tests: mn_pairs_test:pairs.shared.anon.uffd_wp
// expect: contract 9

@@
identifier f =~ "change_.*writable$";
expression page;
@@
f(...)
{
<...
- PageAnonExclusive(page)
+ (PageAnonExclusive(page) || mn_regress(mprotect_ignores_sharing))
...>
}
