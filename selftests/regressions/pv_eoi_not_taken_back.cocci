// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: none: once KVM waits for the end of an interrupt itself, the guest must be told
// broke: the guest saves the exit that KVM waits for, and gets no interrupt any more
// file: arch/x86/kvm/lapic.c
// tests: mn_async_pf_test:async_pf.interrupt.*
// tests: mn_async_pf_test:async_pf.in_area.*
// expect: contract 10

@@
expression vcpu;
identifier val;
@@
 pv_eoi_test_and_clr_pending(...)
 {
 <...
- val && pv_eoi_put_user(vcpu, KVM_PV_EOI_DISABLED) < 0
+ val && !mn_regress(pv_eoi_not_taken_back) && pv_eoi_put_user(vcpu, KVM_PV_EOI_DISABLED) < 0
 ...>
 }
