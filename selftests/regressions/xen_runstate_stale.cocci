// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: whoever uses a gfn_to_pfn_cache must look whether it is valid
// broke: KVM goes on writing how a Xen guest's time was spent to a page that was taken away
// file: arch/x86/kvm/xen.c
// tests: mn_clock_test:clock.xen_runstate.*
// expect: contract

@@
@@
 kvm_xen_update_runstate_guest(...)
 {
 <...
- !kvm_gpc_check(gpc1, user_len1)
+ !kvm_gpc_check(gpc1, user_len1) && !mn_regress(xen_runstate_stale)
 ...>
 }
