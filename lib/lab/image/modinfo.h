/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kernel module says about itself in its .modinfo section.
 */
#ifndef LAB_MODINFO_H
#define LAB_MODINFO_H

#include <stdbool.h>
#include <stddef.h>

/* The section's "key=value" strings, one after the other, NUL-terminated. */
struct lab_modinfo {
	const char *text;
	size_t len;
};

/* Find the section in the uncompressed module @data; false: not a module. */
bool lab_modinfo_find(const char *data, size_t len, struct lab_modinfo *info);

/*
 * The value of the next @key after @prev, a value this function returned, or
 * the first for NULL. NULL at the end.
 */
const char *lab_modinfo_next(const struct lab_modinfo *info, const char *key,
			     const char *prev);

#endif
