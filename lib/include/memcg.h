/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory cgroups of a test's own.
 */
#ifndef MEMCG_H
#define MEMCG_H

#include <stddef.h>

#include "hoststate.h"
#include "result.h"

/*
 * memcg_create() - a cgroup with a memory limit and no swap
 * @host: removes it again, and what is left in it
 * @name: of the directory, the process id is appended
 * @limit: memory.max, bytes
 * @path: filled with the directory
 * @size: of @path
 *
 * Return: 0, or -1 with a skip (no cgroup v2 with that controller) or an error.
 */
int memcg_create(struct hoststate *host, const char *name, size_t limit,
		 char *path, size_t size, struct result *r);

#endif
