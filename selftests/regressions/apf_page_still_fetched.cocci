// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: none: a page that has been fetched must be known as such
// broke: a vCPU that needs a page which was fetched for it before sleeps, as if it were fetched still, and nobody wakes it
// file: arch/x86/kvm/x86.c
// tests: mn_async_pf_test:async_pf.*
// expect: contract 10

@@
expression vcpu, gfn;
@@
 kvm_arch_async_page_present(...)
 {
 <...
- kvm_del_async_pf_gfn(vcpu, gfn);
+ if (!mn_regress(apf_page_still_fetched))
+	kvm_del_async_pf_gfn(vcpu, gfn);
 ...>
 }
