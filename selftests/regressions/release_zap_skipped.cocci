// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: cddb8a5c14aa ("mmu-notifiers: core") introduced the rule
// broke: the mm exits and its memory is freed, but a VM that outlives it keeps its translations
// file: virt/kvm/kvm_main.c
// arch: x86_64
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
+ if (!mn_regress(release_zap_skipped))
+	kvm_flush_shadow_all(kvm);
|
- kvm_arch_flush_shadow_all(kvm);
+ if (!mn_regress(release_zap_skipped))
+	kvm_arch_flush_shadow_all(kvm);
)
 ...>
 }
