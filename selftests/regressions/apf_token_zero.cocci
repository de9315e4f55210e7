// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: 6f3c1fc53d86 ("KVM: x86/mmu: make apf token non-zero to fix bug")
// broke: a page that a guest waits for has token 0, which says that there is none: another one's takes its place, and what waits for it never goes on
// file: arch/x86/kvm/mmu/mmu.c
// tests: mn_async_pf_test:async_pf.interrupt.*
// expect: contract 9

@@
identifier id;
@@
 alloc_apf_token(...)
 {
 <...
- id << 12 == 0
+ id << 12 == 0 && !mn_regress(apf_token_zero)
 ...>
 }
