/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel image files: telling them apart, and getting the uncompressed kernel
 * out of a bzImage. QEMU starts an uncompressed kernel at its PVH entry, which
 * saves the guest from decompressing itself: under emulation that alone takes
 * longer than all the rest of the boot.
 */
#ifndef LAB_VMLINUX_H
#define LAB_VMLINUX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"

struct lab_vmlinux {
	char release[128];	/* as uname -r says it in the booted kernel */
	bool pvh;		/* @data can be started at its PVH entry */
	bool unpacked;		/* @data was taken out of a bzImage */
	char *data;		/* the uncompressed kernel, an ELF file */
	size_t len;
};

/*
 * Read the kernel @path, a bzImage or an ELF vmlinux for x86-64. A file that
 * is neither, or is damaged, is -EINVAL. Free @v with lab_vmlinux_free().
 */
int lab_vmlinux_read(const char *path, struct lab_vmlinux *v, struct lab_error *e);
void lab_vmlinux_free(struct lab_vmlinux *v);

/* Whether the ELF file @path has a PVH entry; reads the file's headers only. */
bool lab_vmlinux_has_pvh(const char *path);

#endif
