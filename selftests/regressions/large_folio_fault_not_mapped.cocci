// SPDX-License-Identifier: GPL-2.0
// class: progress
// commit: 34b82f33cf3f ("mm: fix finish_fault() handling for large folios")
// broke: a page of a large folio of which others are mapped already cannot be mapped: the fault is taken forever
// file: mm/memory.c
// tests: mn_scale_test:scale.mthp.shared_mthp.*
// expect: contract 10

@@
identifier fallback;
expression vmf, nr_pages;
@@
 finish_fault(...)
 {
 <...
  if (nr_pages > 1 && !pte_range_none(vmf->pte, nr_pages)) {
+	if (mn_regress(large_folio_fault_not_mapped)) {
+		update_mmu_tlb_range(vma, addr, vmf->pte, nr_pages);
+		ret = VM_FAULT_NOPAGE;
+		goto unlock;
+	}
	...
	goto fallback;
  }
 ...>
 }
