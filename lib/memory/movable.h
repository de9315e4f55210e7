/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ZONE_MOVABLE: physical memory whose contents can all be moved away, so that it
 * can go offline.  It lies at the end of a node.
 */
#ifndef MOVABLE_H
#define MOVABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "memory/memory.h"

#define MOVABLE_MAX_ZONES	16

struct movable_zones {
	unsigned int nr;
	struct {
		unsigned int node;
		uint64_t first, end;	/* page frames */
	} zone[MOVABLE_MAX_ZONES];
};

/* movable_missing() - why there is no such zone, or NULL */
const char *movable_missing(void);

/* movable_zones_read() - where they are; Return: 0, or -1 with an error */
int movable_zones_read(struct movable_zones *zones, struct result *r);

/* movable_has() - is the frame in one of them? */
bool movable_has(const struct movable_zones *zones, uint64_t frame);

/* movable_other_node() - a node with such a zone, without the area's first page; or -1 */
int movable_other_node(const struct movable_zones *zones, const struct area *area);

/*
 * movable_change_node() - migrate an area's pages to movable_other_node()
 *
 * Those that can be moved, if there is such a node; contents stay.
 * Return: 0, or -1 with an error.
 */
int movable_change_node(const struct movable_zones *zones, const struct area *area,
			struct result *r);

#endif
