// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: cddb8a5c14aa ("mmu-notifiers: core") made the rule
// broke: the mm dies, its memory is freed, and a VM that lives on keeps its translations
// file: virt/kvm/kvm_main.c
// tests: mn_lifecycle_test
// tests: mn_refusal_test
// expect: contract 5
// expect: contract 8

@@
expression kvm;
@@
 kvm_mmu_notifier_release(...)
 {
 <...
(
- kvm_flush_shadow_all(kvm);
+ if (!mn_regress(release_keeps))
+	kvm_flush_shadow_all(kvm);
|
- kvm_arch_flush_shadow_all(kvm);
+ if (!mn_regress(release_keeps))
+	kvm_arch_flush_shadow_all(kvm);
)
 ...>
 }
