// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: none: a page that is there is a reason for a vCPU to wake up
// broke: a vCPU that sleeps until a page is there goes on sleeping
// file: arch/x86/kvm/x86.c
// tests: mn_async_pf_test:async_pf.halt.*
// tests: mn_async_pf_test:async_pf.interrupt.*
// expect: contract 10

@@
expression vcpu;
@@
 kvm_vcpu_has_events(...)
 {
 <...
- !list_empty_careful(&vcpu->async_pf.done)
+ !list_empty_careful(&vcpu->async_pf.done) && !mn_regress(apf_wakeup_ignored)
 ...>
 }
