// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") made the rule
// broke: of memory that fork() shares KVM hears only of the first page
// file: mm/memory.c
// tests: mn_cow_test:*.fork_hold.*
// tests: mn_cow_test:*.fork_read.*
// expect: contract 9

@@
@@
 copy_page_range(...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(fork_short))
+	range.end = range.start + PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
 ...>
 }
