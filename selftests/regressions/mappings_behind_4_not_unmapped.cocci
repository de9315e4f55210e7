// SPDX-License-Identifier: GPL-2.0
// class: stale page
// commit: none: a mistake in the walk over the mappings of a file
// broke: a file that is mapped more often than 4 times: the other mappings keep the pages of a hole
// file: mm/memory.c
// tests: mn_scale_test:scale.processes.*
// expect: contract
// expect: BUG: Bad page

@@
identifier vma;
@@
 unmap_mapping_range_tree(...)
 {
 struct vm_area_struct *vma;
+ unsigned int nr_unmapped = 0;
 ...
 }

@@
iterator name vma_interval_tree_foreach;
expression vma, root, first, last;
statement list body;
@@
 unmap_mapping_range_tree(...)
 {
 <...
 vma_interval_tree_foreach(vma, root, first, last) {
+	if (nr_unmapped++ >= 4 && mn_regress(mappings_behind_4_not_unmapped))
+		break;
	body
 }
 ...>
 }
