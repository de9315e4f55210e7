/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory cgroups for a test.
 */
#ifndef MEMCG_H
#define MEMCG_H

#include <stddef.h>

#include "base/result.h"
#include "host/hoststate.h"

/* What memcg_create() may change of the whole host, for those who declare it. */
#define MEMCG_MAY_CHANGE	"the memory controller, on in the root cgroup"

/*
 * memcg_create() - make a cgroup
 * @host: removes it again, and kills what is left in it
 * @name: of the directory; the process id is appended
 * @max: memory.max in bytes, and no swap; 0: no limit, and swap
 * @path: filled with the directory
 * @size: of @path
 *
 * Return: 0, or -1 with a skip (no cgroup v2 with that controller) or an error.
 */
int memcg_create(struct hoststate *host, const char *name, size_t max,
		 char *path, size_t size, struct result *r);

/*
 * memcg_join() - move this process there, with all its threads
 * @host: moves it back
 * @path: from memcg_create() with the same @host
 *
 * What the process touched before stays charged where it was.
 * Return: 0, or -1 with a skip (no cgroup v2) or an error.
 */
int memcg_join(struct hoststate *host, const char *path, struct result *r);

/*
 * memcg_squeeze() - lower memory.high below what the cgroup uses, and lift it again
 * @bytes: how far below; SIZE_MAX: to zero
 *
 * The limit does not stay, since threads above it are put to sleep for seconds.
 * Return: 0, however much was reclaimed, or -1 with an error.
 */
int memcg_squeeze(const char *path, size_t bytes, struct result *r);

/* memcg_stat() - a line of memory.stat; Return: is there such a line? */
bool memcg_stat(const char *path, const char *name, unsigned long long *value);

/* memcg_room() - bytes that may still be charged to this process' cgroups; ULLONG_MAX: any */
unsigned long long memcg_room(void);

/* memcg_room_in() - the same of one cgroup, by its own limit alone */
unsigned long long memcg_room_in(const char *path);

/*
 * memcg_swap_missing() - why nothing of this process can be swapped out, or NULL
 *
 * By the limits of its cgroups alone; static storage.
 */
const char *memcg_swap_missing(void);

/* memcg_swaps_in() - the same of one cgroup: may it swap, by its own limit alone? */
bool memcg_swaps_in(const char *path);

/* memcg_can_reclaim() - is there memcg_reclaim()?  Return: 0, or -1 with a skip */
int memcg_can_reclaim(const char *path, struct result *r);

/*
 * memcg_reclaim() - have the kernel reclaim @bytes, of whatever it chooses
 *
 * Unlike a limit, it does not count what was charged in advance.
 * Return: 0, however much was reclaimed, or -1 with an error.
 */
int memcg_reclaim(const char *path, size_t bytes, struct result *r);

#endif
