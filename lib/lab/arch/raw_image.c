// SPDX-License-Identifier: GPL-2.0
/*
 * Documentation/arch/arm64/booting.rst, Documentation/arch/riscv/boot-image-header.rst.
 */
#include <errno.h>
#include <string.h>

#include "arch/raw_image.h"

#define MAGIC_OFFSET	56
#define MAGIC_SIZE	4

static bool has_magic(const struct lab_vmlinux *v, const char *magic)
{
	return v->len > MAGIC_OFFSET + MAGIC_SIZE &&
		!memcmp(v->data + MAGIC_OFFSET, magic, MAGIC_SIZE);
}

int lab_raw_image_read(const char *path, const char *magic, const char *arch,
		       struct lab_vmlinux *v, struct lab_error *e)
{
	struct lab_vmlinux packed = *v;
	int ret;

	/* Unpacking says what is no compressed file either. */
	if (!has_magic(v, magic)) {
		ret = lab_vmlinux_unpack(path, packed.data, packed.len, v, e);
		if (!ret)
			lab_vmlinux_free(&packed);
		else
			*v = packed;
		if (ret || !has_magic(v, magic))
			return lab_fail(e, -EINVAL, "%s: no Image of %s, compressed or not", path,
					arch);
	}
	v->starts = true;
	return lab_vmlinux_find_banner(v) ? 0 :
		lab_fail(e, -EINVAL, "%s: an Image, but no Linux kernel", path);
}
