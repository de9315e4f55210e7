/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decompression in memory: kernels and modules come in xz, gzip, zstd, lz4...
 */
#ifndef LAB_UNPACK_H
#define LAB_UNPACK_H

#include <stddef.h>

#include "base/lab_error.h"

/*
 * Decompress @len bytes at @data, in whatever format they are; bytes that are
 * not compressed come out as they are. @what names them in errors. *@out is
 * the caller's to free.
 */
int lab_unpack(const char *what, const void *data, size_t len,
	       char **out, size_t *out_len, struct lab_error *e);

#endif
