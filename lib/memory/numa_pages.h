/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pages of an area, and the NUMA nodes that they are on.
 */
#ifndef NUMA_PAGES_H
#define NUMA_PAGES_H

#include "base/result.h"
#include "memory/memory.h"

/* A page here has the size that was given to numa_pages_open(). */
struct numa_pages {
	size_t nr;
	void **pages;	/* addresses */
	int *nodes;	/* of each page, or -errno: -ENOENT if not present */
};

/* numa_pages_missing() - why memory cannot move between nodes, or NULL; static storage */
const char *numa_pages_missing(void);

/* numa_node_after() - the next node that has memory, after the last one the first */
int numa_node_after(int node);

/*
 * numa_pages_open() - for all pages of an area; release with numa_pages_close()
 * @unit: bytes from one page to the next, e.g. the granule: what moves in one piece
 */
int numa_pages_open(struct numa_pages *p, const struct area *area, size_t unit,
		    struct result *r);

/* numa_pages_close() - safe if zeroed */
void numa_pages_close(struct numa_pages *p);

/* numa_pages_look() - fill in @p->nodes; Return: 0, or -1 with an error */
int numa_pages_look(struct numa_pages *p, struct result *r);

/* numa_pages_count() - pages that were on @node at the last look */
size_t numa_pages_count(const struct numa_pages *p, int node);

/*
 * numa_pages_move() - have all pages moved to a node
 *
 * Busy pages stay where they are, which is no error: look again.
 * Return: 0, or -1 with an error, or a skip: the cpuset leaves the node out.
 */
int numa_pages_move(const struct numa_pages *p, int node, struct result *r);

/* area_touch() - write to every page, without changing it, so that it has a frame */
void area_touch(const struct area *area);

#endif
