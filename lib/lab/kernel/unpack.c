// SPDX-License-Identifier: GPL-2.0
/*
 * Decompression in memory through libarchive, which knows every compressor
 * that kernels and modules are packed with: its "raw" format is the bare
 * stream without any archive around it.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "base/text.h"
#include "kernel/unpack.h"

static int bad_stream(const char *what, struct archive *a, struct lab_error *e)
{
	const char *why = archive_error_string(a);

	return lab_fail(e, -EINVAL, "cannot decompress %s: %s", what,
			why ? why : "not a compressed stream");
}

int lab_unpack(const char *what, const void *data, size_t len, char **out, size_t *out_len,
	       struct lab_error *e)
{
	static char piece[1 << 18];
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	struct lab_text t = { NULL };
	la_ssize_t n = -1;
	int ret = 0;

	if (!a)
		return lab_fail(e, -ENOMEM, "no memory to decompress %s", what);
	archive_read_support_filter_all(a);
	archive_read_support_format_raw(a);
	/* A warning is libarchive's way to say that it runs another program. */
	if (archive_read_open_memory(a, data, len) >= ARCHIVE_WARN &&
	    archive_read_next_header(a, &entry) >= ARCHIVE_WARN)
		while ((n = archive_read_data(a, piece, sizeof(piece))) > 0)
			lab_text_add(&t, piece, (size_t)n);
	if (n < 0)
		ret = bad_stream(what, a, e);
	archive_read_free(a);
	if (ret) {
		lab_text_clear(&t);
		return ret;
	}
	*out_len = t.len;
	*out = lab_text_take(&t);
	return 0;
}
