/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Name to file of all modules of a kernel. Part of modules.c, see there.
 */
#ifndef LAB_MODULES_INDEX_H
#define LAB_MODULES_INDEX_H

#include <stddef.h>

#include "base/lab_error.h"

#define LAB_MODULE_NAME	64	/* MODULE_NAME_LEN of 64-bit kernels is less */

struct lab_index_entry {
	char *name;
	char *path;	/* NULL: built into the kernel */
};

struct lab_index {
	struct lab_index_entry *entries;	/* sorted by name */
	size_t nr, size;
};

/* A path's module name: no directory, no .ko[.xz], '_' for '-'. */
int lab_module_name(const char *path, char name[LAB_MODULE_NAME],
		    struct lab_error *e);

/* Fill the empty @index from @dir, see lab_modules_open(). */
int lab_index_fill(struct lab_index *index, const char *dir,
		   struct lab_error *e);
void lab_index_free(struct lab_index *index);

/* The entry of @name, or NULL. A file wins over a built-in of that name. */
const struct lab_index_entry *lab_index_find(const struct lab_index *index,
					     const char *name);

#endif
