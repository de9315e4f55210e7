// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: what crosses into another page depends on both
// broke: KVM goes on writing a part of how a Xen guest's time was spent to a page that was taken away
// file: arch/x86/kvm/xen.c
// tests: mn_clock_test:clock.xen_runstate_split.*
// expect: contract

@@
@@
 kvm_xen_update_runstate_guest(...)
 {
 <...
- !kvm_gpc_check(gpc2, user_len2)
+ !kvm_gpc_check(gpc2, user_len2) && !mn_regress(xen_runstate_second_page_stale)
 ...>
 }
