// SPDX-License-Identifier: GPL-2.0
// class: lost wakeup
// commit: none: a token must stay until the guest has taken it
// broke: of two pages that a guest waits for it hears of one only
// file: arch/x86/kvm/x86.c
// tests: mn_async_pf_test:async_pf.interrupt.*
// tests: mn_async_pf_test:async_pf.in_area.*
// expect: contract 10

@@
identifier val;
@@
 apf_pageready_slot_free(...)
 {
 ...
- return !val;
+ return !val || mn_regress(apf_token_overwritten);
 }
