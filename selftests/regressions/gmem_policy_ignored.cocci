// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: a mistake in the allocation of pages
// broke: pages of a guest_memfd come from the node of whoever is first to use them, not from the one it is bound to
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_mbind
// expect: to which the file is bound

@@
identifier policy, inode, index;
expression E;
@@
 kvm_gmem_get_folio(struct inode *inode, pgoff_t index)
 {
 <...
- policy = mpol_shared_policy_lookup(E, index);
+ policy = mn_regress(gmem_policy_ignored) ? NULL : mpol_shared_policy_lookup(E, index);
 ...>
 }
