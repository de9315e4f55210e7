// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the change of memory attributes
// broke: the guest goes on to use shared memory that has become private, or private that is shared
// file: arch/x86/kvm/mmu/mmu.c
// arch: x86_64
// tests: mn_guest_memfd_test:*gmem_convert*
// tests: mn_guest_memfd_test:private_slot.*
// expect: contract 9
// expect: contract 5

@@
identifier kvm, range;
@@
 kvm_arch_pre_set_memory_attributes(...)
 {
 <...
- return kvm_unmap_gfn_range(kvm, range);
+ return !mn_regress(attributes_not_zapped) && kvm_unmap_gfn_range(kvm, range);
 ...>
 }
