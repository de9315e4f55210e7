// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: whoever uses a gfn_to_pfn_cache must look whether it is valid
// broke: KVM marks events of a Xen guest as pending in a page that was taken away
// file: arch/x86/kvm/xen.c
// tests: mn_clock_test:clock.xen_events.*
// expect: contract

@@
@@
 kvm_xen_set_evtchn_fast(...)
 {
 <...
- !kvm_gpc_check(gpc, PAGE_SIZE)
+ !kvm_gpc_check(gpc, PAGE_SIZE) && !mn_regress(xen_events_stale)
 ...>
 }
