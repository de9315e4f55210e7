// SPDX-License-Identifier: GPL-2.0
// class: fault
// commit: none: a mistake in the choice between file and mapping
// broke: a guest whose memory is a guest_memfd gets what its VMM has mapped, and EFAULT if that is nothing
// file: arch/x86/kvm/mmu/mmu.c
// arch: x86_64
// tests: mn_guest_memfd_test:*gmem_host_mapping
// expect: contract

@@
identifier fault;
@@
 __kvm_mmu_faultin_pfn(...)
 {
 <...
- kvm_memslot_is_gmem_only(fault->slot)
+ (kvm_memslot_is_gmem_only(fault->slot) && !mn_regress(gmem_mapping_needed))
 ...>
 }
