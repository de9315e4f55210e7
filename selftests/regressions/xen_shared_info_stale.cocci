// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: whoever uses a gfn_to_pfn_cache must look whether it is valid
// broke: KVM writes the wall clock of a Xen guest to a page that was taken away
// file: arch/x86/kvm/xen.c
// tests: mn_clock_test:clock.xen_shared_info.*
// expect: contract

@@
@@
 kvm_xen_shared_info_init(...)
 {
 <...
- !kvm_gpc_check(gpc, PAGE_SIZE)
+ !kvm_gpc_check(gpc, PAGE_SIZE) && !mn_regress(xen_shared_info_stale)
 ...>
 }
