// SPDX-License-Identifier: GPL-2.0
// class: fault
// commit: none: a mistake in the handling of poison
// broke: the guest gets a page of a guest_memfd back in which memory has failed, and nobody is told
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_hwpoison
// expect: contract 5

@@
identifier file, slot, index, pfn, max_order, folio;
@@
 __kvm_gmem_get_pfn(struct file *file, struct kvm_memory_slot *slot, pgoff_t index,
		    kvm_pfn_t *pfn, int *max_order)
 {
 <...
- folio_test_hwpoison(folio)
+ (folio_test_hwpoison(folio) && !mn_regress(gmem_poison_mapped_again))
 ...>
 }
