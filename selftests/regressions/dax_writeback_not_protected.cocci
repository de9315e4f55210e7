// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: 06083a0921fd ("dax: fix missing writeprotect the pte entry") fixed it for all but the first page of a huge one
// broke: what is written to persistent memory after fsync() is not flushed by the next one, and lost with the power
// file: fs/dax.c
// tests: mn_reclaim_test:*.writeback_dax
// expect: contract
// arch: x86_64

@@
expression pfn, count, index, vma;
@@
 dax_writeback_one(...)
 {
 <...
- pfn_mkclean_range(pfn, count, index, vma);
+ if (!mn_regress(dax_writeback_not_protected))
+	pfn_mkclean_range(pfn, count, index, vma);
 ...>
 }
