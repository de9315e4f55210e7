// SPDX-License-Identifier: GPL-2.0
/*
 * What kernel images of all architectures have in common.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "base/text.h"

/*
 * Decompress by libarchive, which knows every compressor that kernels are packed with;
 * its "raw" format is the bare stream without any archive around it.
 */
int lab_vmlinux_unpack(const char *path, const void *data, size_t len, struct lab_vmlinux *v,
		       struct lab_error *e)
{
	static char piece[1 << 18];
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	struct lab_text t = { NULL };
	la_ssize_t n = -1;
	const char *why;

	if (!a)
		return lab_fail(e, -ENOMEM, "no memory to decompress %s", path);
	archive_read_support_filter_all(a);
	archive_read_support_format_raw(a);
	/* A warning is libarchive's way to say that it runs another program. */
	if (archive_read_open_memory(a, data, len) >= ARCHIVE_WARN &&
	    archive_read_next_header(a, &entry) >= ARCHIVE_WARN)
		while ((n = archive_read_data(a, piece, sizeof(piece))) > 0)
			lab_text_add(&t, piece, (size_t)n);
	v->unpacked = true;
	v->len = t.len;
	v->data = lab_text_take(&t);
	if (n < 0) {
		why = archive_error_string(a);
		lab_fail(e, 0, "cannot decompress %s: %s", path,
			 why ? why : "not a compressed stream");
	}
	archive_read_free(a);
	if (n < 0)
		lab_vmlinux_free(v);
	return n < 0 ? -EINVAL : 0;
}

bool lab_vmlinux_copy_release(struct lab_vmlinux *v, const char *p)
{
	return sscanf(p, "%127[!-.0-~]", v->release) == 1;
}

bool lab_vmlinux_find_banner(struct lab_vmlinux *v)
{
	static const char banner[] = "Linux version ";
	const size_t n = sizeof(banner) - 1;
	const char *end = v->data + v->len;

	for (const char *p = v->data; (p = memmem(p, end - p, banner, n)); p += n)
		if (p[n] >= '0' && p[n] <= '9')
			return lab_vmlinux_copy_release(v, p + n);
	return false;
}

int lab_vmlinux_read(const struct lab_arch *arch, const char *path, struct lab_vmlinux *v,
		     struct lab_error *e)
{
	int ret;

	memset(v, 0, sizeof(*v));
	ret = lab_read_file(path, &v->data, &v->len, e);
	if (!ret)
		ret = arch->read(path, v, e);
	if (ret)
		lab_vmlinux_free(v);
	return ret;
}

void lab_vmlinux_free(struct lab_vmlinux *v)
{
	free(v->data);
	v->data = NULL;
	v->len = 0;
}
