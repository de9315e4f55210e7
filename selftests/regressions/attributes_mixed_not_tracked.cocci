// SPDX-License-Identifier: GPL-2.0
// class: mapping size
// commit: none: a mistake in the change of memory attributes
// broke: KVM maps a shared huge page over private pages within it: the guest loses what it has there
// file: arch/x86/kvm/mmu/mmu.c
// arch: x86_64
// tests: mn_guest_memfd_test:*.anon_thp.gmem_convert_parts
// expect: contract 9

@@
expression slot, gfn, level;
@@
 kvm_arch_post_set_memory_attributes(...)
 {
 <...
- hugepage_set_mixed(slot, gfn, level);
+ if (!mn_regress(attributes_mixed_not_tracked))
+	hugepage_set_mixed(slot, gfn, level);
 ...>
 }
