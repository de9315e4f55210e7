// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: a VM is freed while its notifier stays registered: the next invalidation calls into freed memory
// file: virt/kvm/kvm_main.c
// tests: mn_lifecycle_test
// tests: mn_lifecycle_churn_test
// expect: contract
// expect: BUG
// expect: general protection fault
// expect on arm64: Oops

@@
expression list args;
@@
 kvm_destroy_vm(...)
 {
 <...
- mmu_notifier_unregister(args);
+ if (!mn_regress(notifier_not_unregistered))
+	mmu_notifier_unregister(args);
 ...>
 }
