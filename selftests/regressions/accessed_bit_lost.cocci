// SPDX-License-Identifier: GPL-2.0
// class: dirty and accessed
// commit: none: the accessed bit of a translation must reach the mm
// broke: memory that the guest uses all the time looks idle, and is reclaimed first
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_reclaim_test:*page_idle*
// expect: contract 9

@@
identifier young;
@@
(
 kvm_age_gfn
|
 kvm_test_age_gfn
)
 (...)
 {
 ... when any
- return young;
+ return young && !mn_regress(accessed_bit_lost);
 }
