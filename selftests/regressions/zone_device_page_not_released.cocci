// SPDX-License-Identifier: GPL-2.0
// class: leaked reference
// commit: a78986aae9b2 ("KVM: MMU: Do not treat ZONE_DEVICE pages as being reserved") fixed it
// broke: KVM keeps a reference of each page of persistent memory that a guest used: its file cannot be truncated any more
// file: virt/kvm/kvm_main.c
// tests: mn_unmap_test:*.dax.munmap
// expect: fs/dax.c
// arch: x86_64

@@
expression page;
@@
 kvm_is_zone_device_page(...)
 {
 <...
- return is_zone_device_page(page);
+ return !mn_regress(zone_device_page_not_released) && is_zone_device_page(page);
 ...>
 }
