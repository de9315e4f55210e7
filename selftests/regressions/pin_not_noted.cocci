// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: after fork() a device goes on writing to a page that only the child has
// file: mm/gup.c
// tests: mn_cow_test:cow.*.fork_pinned
// expect: contract 9

@@
expression flags;
@@
- mm_set_has_pinned_flag(flags);
+ if (!mn_regress(pin_not_noted))
+	mm_set_has_pinned_flag(flags);
