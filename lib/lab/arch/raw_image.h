/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel image of newer architectures: code from the first byte, with a header that
 * has a magic number in it. QEMU starts it as it is.
 */
#ifndef LAB_RAW_IMAGE_H
#define LAB_RAW_IMAGE_H

#include "arch/vmlinux.h"

/*
 * Of the file @path, which is in @v, make the Image that has @magic, four bytes; it may be
 * compressed. Returns 0, or -EINVAL if it is something else: not for @arch.
 */
int lab_raw_image_read(const char *path, const char *magic, const char *arch,
		       struct lab_vmlinux *v, struct lab_error *e);

#endif
