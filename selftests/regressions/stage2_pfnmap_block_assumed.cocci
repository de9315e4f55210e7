// SPDX-License-Identifier: GPL-2.0
// class: mapping size
// commit: 71b7bf1702c9 ("Merge branch 'kvm-e500-check-writable-pfn' into HEAD") names the rule that arm64 had, and calls it incorrect
// broke: a driver's mapping is taken for one range of frames: the guest gets 2 MiB of memory that is someone else's
// file: arch/arm64/kvm/mmu.c
// tests: mn_frames_test:frames.anon.frames_readonly_replace
// expect: contract

@@
identifier vma;
@@
 get_vma_page_shift(struct vm_area_struct *vma, ...)
 {
 ...
+ if (vma->vm_flags & VM_PFNMAP && !((vma->vm_start | vma->vm_end) & ~PMD_MASK) &&
+     mn_regress(stage2_pfnmap_block_assumed))
+	return PMD_SHIFT;
  return PAGE_SHIFT;
 }
