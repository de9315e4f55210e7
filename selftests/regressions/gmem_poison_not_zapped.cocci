// SPDX-License-Identifier: GPL-2.0
// class: stale translation
// commit: none: a mistake in the handling of poison
// broke: the guest goes on to use a page of a guest_memfd in which memory has failed
// file: virt/kvm/guest_memfd.c
// tests: mn_guest_memfd_test:*gmem_hwpoison
// expect: contract 5

@@
expression host, start, end;
@@
 kvm_gmem_error_folio(...)
 {
 <...
- kvm_gmem_invalidate_start(host, start, end);
+ if (!mn_regress(gmem_poison_not_zapped))
+	kvm_gmem_invalidate_start(host, start, end);
 ...
- kvm_gmem_invalidate_end(host, start, end);
+ if (!mn_regress(gmem_poison_not_zapped))
+	kvm_gmem_invalidate_end(host, start, end);
 ...>
 }
