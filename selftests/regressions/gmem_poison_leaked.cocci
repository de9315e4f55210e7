// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: c31745d2c508 ("virt: guest_memfd: fix reference leak on hwpoisoned page")
// broke: each time that the guest meets a poisoned page KVM takes a reference for good: the page is never freed
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_hwpoison
// expect: is held for good

@@
identifier file, slot, index, pfn, max_order, folio;
@@
 __kvm_gmem_get_pfn(struct file *file, struct kvm_memory_slot *slot, pgoff_t index,
		    kvm_pfn_t *pfn, int *max_order)
 {
 <...
  folio_unlock(folio);
- folio_put(folio);
+ if (!mn_regress(gmem_poison_leaked))
+	folio_put(folio);
  return ERR_PTR(-EHWPOISON);
 ...>
 }
