// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: of the memory that fork() shares, KVM is notified of the first page only
// file: mm/memory.c
// tests: mn_cow_test:*.fork_hold
// tests: mn_cow_test:*.fork_read
// expect: contract 9

@@
@@
 copy_page_range(...)
 {
 <...
- mmu_notifier_invalidate_range_start(&range);
+ if (mn_regress(fork_range_truncated))
+	range.end = range.start + PAGE_SIZE;
+ mmu_notifier_invalidate_range_start(&range);
 ...>
 }
