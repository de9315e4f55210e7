/* SPDX-License-Identifier: GPL-2.0 */
/*
 * On which NUMA node the pages of an area are.
 */
#ifndef PLACEMENT_H
#define PLACEMENT_H

#include "base/result.h"
#include "memory/memory.h"

/* Pages here are of the size that placement_open() was given. */
struct placement {
	size_t nr;
	void **pages;	/* addresses */
	int *nodes;	/* of each page, or -errno: -ENOENT if not present */
};

/* placement_missing() - why memory cannot change node, or NULL; static storage */
const char *placement_missing(void);

/* placement_node_after() - another node with memory: all take turns */
int placement_node_after(int node);

/*
 * placement_open() - for all pages of an area; release with placement_close()
 * @unit: bytes from one page to the next, e.g. the granule: what moves as a whole
 */
int placement_open(struct placement *p, const struct area *area, size_t unit,
		   struct result *r);

/* placement_close() - safe on a zeroed placement */
void placement_close(struct placement *p);

/* placement_look() - fill in @p->nodes; Return: 0, or -1 with an error */
int placement_look(struct placement *p, struct result *r);

/* placement_count() - pages that were on @node at the last look */
size_t placement_count(const struct placement *p, int node);

/*
 * placement_move() - have all pages moved to a node
 *
 * Busy pages stay where they are, which is no error: look again.
 * Return: 0, or -1 with an error.
 */
int placement_move(const struct placement *p, int node, struct result *r);

/* area_touch() - write to every page, not changing it, so that it has a frame */
void area_touch(const struct area *area);

#endif
