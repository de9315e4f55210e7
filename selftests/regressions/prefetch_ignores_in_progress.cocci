// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: none: a fault maps its neighbours only while nothing is being invalidated
// broke: a fault beside a range that is being invalidated maps pages in it that are about to be freed
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_delay_test:faults.*
// mode: rmap
// expect: contract 4

@ disable unlikely @
expression kvm;
@@
 direct_pte_prefetch(...)
 {
 <...
- unlikely(kvm->mmu_invalidate_in_progress)
+ (unlikely(kvm->mmu_invalidate_in_progress) && !mn_regress(prefetch_ignores_in_progress))
 ...>
 }
