// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: none: a guest that is done with a token must get the next one
// broke: of several pages that a guest waits for it hears of the first one only
// file: arch/x86/kvm/x86.c
// tests: mn_async_pf_test:async_pf.interrupt.*
// tests: mn_async_pf_test:async_pf.in_area.*
// expect: contract 10

@@
expression vcpu;
@@
 kvm_set_msr_common(...)
 {
 <...
- kvm_check_async_pf_completion(vcpu);
+ if (!mn_regress(apf_ack_ignored))
+	kvm_check_async_pf_completion(vcpu);
 ...>
 }
