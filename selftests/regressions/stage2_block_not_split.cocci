// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: while the log is on, what is written is mapped by pages
// broke: a write makes its whole block writable, and only one of its pages is logged: a migrated guest gets stale pages
// file: arch/arm64/kvm/mmu.c
// tests: mn_dirty_log_test:*thp*
// tests: mn_dirty_log_test:*hugetlb*
// expect: contract 9

@@
@@
 user_mem_abort(...)
 {
 <...
- if (logging_active)
+ if (logging_active && !mn_regress(stage2_block_not_split))
  {
	force_pte = true;
	...
  } else { ... }
 ...>
 }

@@
expression memslot;
@@
 kvm_s2_resolve_vma_size(...)
 {
 <...
- if (memslot_is_logging(memslot))
+ if (memslot_is_logging(memslot) && !mn_regress(stage2_block_not_split))
  { ... } else { ... }
 ...>
 }
