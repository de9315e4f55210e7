// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: what the mm maps read-only, since others share it, the guest must not write to
// broke: the guest writes into pages that it shares with others: a child, KSM's pages, the zero page
// file: arch/arm64/kvm/mmu.c
// tests: mn_cow_test
// expect: contract

@@
@@
 user_mem_abort(...)
 {
 <...
- if (writable)
+ if (writable || mn_regress(stage2_readonly_writable))
	prot |= KVM_PGTABLE_PROT_W;
 ...>
 }

@@
expression vi;
@@
 kvm_s2_fault_compute_prot(...)
 {
 <...
- vi->map_writable
+ (vi->map_writable || mn_regress(stage2_readonly_writable))
 ...>
 }
