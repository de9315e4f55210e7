// SPDX-License-Identifier: GPL-2.0
// class: lifecycle
// commit: none: a VM holds its mm, and must let go of it
// broke: the mm of each process that had a VM stays in memory forever
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
