// SPDX-License-Identifier: GPL-2.0
// class: state of pages
// commit: none: what the mm has noted of a page must go where the page goes
// broke: a page that userfaultfd puts in place is thrown away by a call that user space has not heard of
// file: fs/userfaultfd.c
// file: mm/userfaultfd.c
// tests: mn_userfault_test:userfault.event_remove
// expect: not refused with EAGAIN

@@
identifier f =~ "^(userfaultfd_copy|__mcopy_atomic|mfill_.*)$";
expression changing;
@@
f(...)
{
<...
- atomic_read(changing)
+ (atomic_read(changing) && !mn_regress(userfault_copy_not_refused))
...>
}
