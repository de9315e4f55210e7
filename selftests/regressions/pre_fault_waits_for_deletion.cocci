// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: "KVM x86 MMU changes for 6.18", a merge, fixed it
// broke: KVM_PRE_FAULT_MEMORY and the deletion of its memslot wait for each other
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_retry_test:slot.deleted.anon
// mode: tdp
// expect: contract 7

@@
identifier fault;
@@
- if (fault->prefetch)
+ if (fault->prefetch && !mn_regress(pre_fault_waits_for_deletion))
	return -EAGAIN;
