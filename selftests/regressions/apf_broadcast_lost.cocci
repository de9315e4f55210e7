// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: none: whoever has forgotten what the guest waits for must wake it for all
// broke: what waits in a guest for a page when it turns async page faults on anew never goes on
// file: arch/x86/kvm/x86.c
// tests: mn_async_pf_test:async_pf.interrupt.*
// expect: contract 10

@@
expression vcpu;
@@
 kvm_pv_enable_async_pf(...)
 {
 <...
- kvm_async_pf_wakeup_all(vcpu);
+ if (!mn_regress(apf_broadcast_lost))
+	kvm_async_pf_wakeup_all(vcpu);
 ...>
 }
