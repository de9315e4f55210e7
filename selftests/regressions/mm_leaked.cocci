// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: none: a VM must drop its reference to the mm
// broke: the mm of every process that had a VM is never freed
// file: virt/kvm/kvm_main.c
// tests: mn_leak_test
// expect: contract 8

@@
expression mm;
@@
 kvm_destroy_vm(...)
 {
 <...
- mmdrop(mm);
+ if (!mn_regress(mm_leaked))
+	mmdrop(mm);
 ...>
 }
