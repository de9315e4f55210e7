// SPDX-License-Identifier: GPL-2.0
/*
 * Decompression in memory through libarchive, which knows every compressor
 * that kernels and modules are packed with: its "raw" format is the bare
 * stream without any archive around it.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "kernel/unpack.h"

struct buffer {
	char *data;
	size_t len, size;
};

static int make_room(struct buffer *b)
{
	size_t size = b->size ? 2 * b->size : 1 << 20;
	char *data;

	if (b->len < b->size)
		return 0;
	data = realloc(b->data, size);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->size = size;
	return 0;
}

static int bad_stream(const char *what, struct archive *a, struct lab_error *e)
{
	const char *why = archive_error_string(a);

	return lab_fail(e, -EINVAL, "cannot decompress %s: %s", what,
			why ? why : "not a compressed stream");
}

static int read_stream(const char *what, struct archive *a, struct buffer *b,
		       struct lab_error *e)
{
	struct archive_entry *entry;
	la_ssize_t n;

	/* A warning is libarchive's way to say that it runs another program. */
	if (archive_read_next_header(a, &entry) < ARCHIVE_WARN)
		return bad_stream(what, a, e);
	do {
		if (make_room(b))
			return lab_fail(e, -ENOMEM, "no memory to decompress %s",
					what);
		n = archive_read_data(a, b->data + b->len, b->size - b->len);
		if (n < 0)
			return bad_stream(what, a, e);
		b->len += n;
	} while (n);
	return 0;
}

int lab_unpack(const char *what, const void *data, size_t len,
	       char **out, size_t *out_len, struct lab_error *e)
{
	struct buffer b = {};
	struct archive *a;
	int ret;

	a = archive_read_new();
	if (!a)
		return lab_fail(e, -ENOMEM, "no memory to decompress %s", what);
	archive_read_support_filter_all(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_memory(a, data, len) < ARCHIVE_WARN)
		ret = bad_stream(what, a, e);
	else
		ret = read_stream(what, a, &b, e);
	archive_read_free(a);
	if (ret) {
		free(b.data);
		return ret;
	}
	*out = b.data;
	*out_len = b.len;
	return 0;
}
