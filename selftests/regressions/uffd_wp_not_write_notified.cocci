// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: 51d3d5eb74ff ("mm/userfaultfd: enable writenotify while userfaultfd-wp is enabled for a VMA")
// broke: shared memory that userfaultfd protects becomes writable when it is migrated or changed by mprotect(): writes are missed
// file: mm/mmap.c
// file: mm/vma.c
// arch: x86_64
// tests: mn_pairs_test:pairs.uffd_protected.memfd*
// expect: contract

@@
expression vma;
@@
 vma_wants_writenotify(...)
 {
 <...
- userfaultfd_wp(vma)
+ (userfaultfd_wp(vma) && !mn_regress(uffd_wp_not_write_notified))
 ...>
 }
