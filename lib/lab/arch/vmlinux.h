/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel image files: telling them apart, and getting the uncompressed kernel
 * out of one that is compressed.
 */
#ifndef LAB_VMLINUX_H
#define LAB_VMLINUX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/lab_error.h"

struct lab_arch;

struct lab_vmlinux {
	char release[128];	/* as uname -r says it in the booted kernel */
	bool starts;		/* QEMU can start @data */
	bool unpacked;		/* @data was taken out of the file */
	char *data;		/* the uncompressed kernel */
	size_t len;
};

/*
 * Read the kernel @path, of a form that @arch has. A file that is none, or is damaged, is
 * -EINVAL. Free @v with lab_vmlinux_free().
 */
int lab_vmlinux_read(const struct lab_arch *arch, const char *path, struct lab_vmlinux *v,
		     struct lab_error *e);
void lab_vmlinux_free(struct lab_vmlinux *v);

/* For the rows. Decompress @data, a part of @path, into @v. Returns 0, or -EINVAL and no data. */
int lab_vmlinux_unpack(const char *path, const void *data, size_t len, struct lab_vmlinux *v,
		       struct lab_error *e);
/* The release is the word at @p, which is in text that ends in a NUL byte. False: no word. */
bool lab_vmlinux_copy_release(struct lab_vmlinux *v, const char *p);
/* The release from the kernel's banner, the first "Linux version " with a number after it. */
bool lab_vmlinux_find_banner(struct lab_vmlinux *v);

#endif
