// SPDX-License-Identifier: GPL-2.0
/*
 * Finding ZONE_MOVABLE in /proc/zoneinfo, and getting pages into it: user
 * memory that migrates to a node goes to that node's last zone first.
 */
#include <numaif.h>
#include <stdio.h>
#include <string.h>

#include "memory/movable.h"
#include "memory/numa_pages.h"

#define ZONEINFO	"/proc/zoneinfo"

int movable_zones_read(struct movable_zones *zones, struct result *r)
{
	unsigned long long spanned = 0, first;
	FILE *file = fopen(ZONEINFO, "re");
	char line[256], name[32] = "";
	unsigned int node = 0;

	memset(zones, 0, sizeof(*zones));
	if (!file)
		return result_errno(r, "open(%s)", ZONEINFO);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %u, zone %31s", &node, name) == 2)
			spanned = 0;
		sscanf(line, " spanned %llu", &spanned);
		if (sscanf(line, " start_pfn: %llu", &first) != 1 || strcmp(name, "Movable") ||
		    !spanned || zones->nr == MOVABLE_MAX_ZONES)
			continue;
		zones->zone[zones->nr].node = node;
		zones->zone[zones->nr].first = first;
		zones->zone[zones->nr++].end = first + spanned;
	}
	fclose(file);
	return 0;
}

const char *movable_missing(void)
{
	struct movable_zones zones;
	struct result ignored;

	result_init(&ignored);
	if (movable_zones_read(&zones, &ignored))
		return "/proc/zoneinfo cannot be read";
	return zones.nr ? NULL : "no ZONE_MOVABLE: boot with movablecore=512M";
}

bool movable_has(const struct movable_zones *zones, uint64_t frame)
{
	unsigned int i;

	for (i = 0; i < zones->nr; i++) {
		if (frame >= zones->zone[i].first && frame < zones->zone[i].end)
			return true;
	}
	return false;
}

static int other_than(const struct movable_zones *zones, int node)
{
	unsigned int i;

	for (i = 0; i < zones->nr; i++) {
		if ((int)zones->zone[i].node != node)
			return zones->zone[i].node;
	}
	return -1;
}

int movable_other_node(const struct movable_zones *zones, const struct area *area)
{
	void *page = area->hva;
	int node;

	/* Without nodes to move to the call says where it is. */
	if (move_pages(0, 1, &page, NULL, &node, 0))
		return -1;
	return other_than(zones, node);
}

int movable_change_node(const struct movable_zones *zones, const struct area *area,
			struct result *r)
{
	int node = movable_other_node(zones, area), ret;
	struct numa_pages at;

	if (node < 0)
		return 0;
	/* In small pages: huge ones may have been split. */
	if (numa_pages_open(&at, area, PAGE_BYTES, r))
		return -1;
	ret = numa_pages_move(&at, node, r);
	numa_pages_close(&at);
	return ret;
}
