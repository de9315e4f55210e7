// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: a7800aa80ea4 ("KVM: Add KVM_CREATE_GUEST_MEMFD ioctl() for guest-specific backing memory") made the rule
// broke: memory that was punched out of a guest_memfd stays mapped in the guest, and is somebody else's soon
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test
// expect: contract 9
// expect: kvm_mmu_invalidate_end

@@
identifier f = {kvm_gmem_invalidate_begin, __kvm_gmem_invalidate_start};
identifier flush, kvm, range;
@@
 f(...)
 {
 <...
- flush |= kvm_mmu_unmap_gfn_range(kvm, &range);
+ if (!mn_regress(gmem_punch_not_zapped))
+	flush |= kvm_mmu_unmap_gfn_range(kvm, &range);
 ...>
 }
