// SPDX-License-Identifier: GPL-2.0
// class: sequence
// commit: e930bffe95e1 ("KVM: Synchronize guest physical memory map to host virtual memory map") introduced the rule
// broke: a fault in a range that is being invalidated maps the page that is about to be freed
// file: include/linux/kvm_host.h
// tests: mn_delay_test
// expect: contract 4
// expect on arm64: contract 9 (contents)

@ disable unlikely @
expression kvm;
@@
(
 mmu_invalidate_retry
|
 mmu_invalidate_retry_hva
|
 mmu_invalidate_retry_gfn
|
 mmu_invalidate_retry_gfn_unsafe
)
 (...)
 {
 <...
(
- unlikely(kvm->mmu_invalidate_in_progress)
+ (unlikely(kvm->mmu_invalidate_in_progress) && !mn_regress(in_progress_ignored))
|
- unlikely(READ_ONCE(kvm->mmu_invalidate_in_progress))
+ (unlikely(READ_ONCE(kvm->mmu_invalidate_in_progress)) && !mn_regress(in_progress_ignored))
)
 ...>
 }
