// SPDX-License-Identifier: GPL-2.0
/*
 * move_pages(2): without target nodes it only reports where pages are.
 */
#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <stdlib.h>
#include <string.h>

#include "memory/numa_pages.h"

const char *numa_pages_missing(void)
{
	if (numa_available() < 0)
		return "kernel without CONFIG_NUMA";
	if (numa_bitmask_weight(numa_all_nodes_ptr) < 2)
		return "only one NUMA node has memory, two are needed";
	return NULL;
}

int numa_node_after(int node)
{
	do {
		node = node < numa_max_node() ? node + 1 : 0;
	} while (!numa_bitmask_isbitset(numa_all_nodes_ptr, node));
	return node;
}

int numa_pages_open(struct numa_pages *p, const struct area *area, size_t unit,
		    struct result *r)
{
	size_t i;

	p->nr = area->size / unit;
	p->pages = calloc(p->nr, sizeof(*p->pages));
	p->nodes = calloc(p->nr, sizeof(*p->nodes));
	if (!p->pages || !p->nodes) {
		numa_pages_close(p);
		return result_errno(r, "calloc(%zu pages)", p->nr);
	}
	for (i = 0; i < p->nr; i++)
		p->pages[i] = area->hva + i * unit;
	return 0;
}

void numa_pages_close(struct numa_pages *p)
{
	free(p->pages);
	free(p->nodes);
	memset(p, 0, sizeof(*p));
}

int numa_pages_look(struct numa_pages *p, struct result *r)
{
	if (move_pages(0, p->nr, p->pages, NULL, p->nodes, 0))
		return result_errno(r, "move_pages(%zu pages, to look)", p->nr);
	return 0;
}

size_t numa_pages_count(const struct numa_pages *p, int node)
{
	size_t i, count = 0;

	for (i = 0; i < p->nr; i++)
		count += p->nodes[i] == node;
	return count;
}

int numa_pages_move(const struct numa_pages *p, int node, struct result *r)
{
	int nodes[p->nr], status[p->nr];
	size_t i;

	for (i = 0; i < p->nr; i++)
		nodes[i] = node;
	if (move_pages(0, p->nr, p->pages, nodes, status, MPOL_MF_MOVE) >= 0)
		return 0;
	if (errno == EACCES)
		return result_skip(r, "memory of node %d is not for this process: its cpuset leaves it out",
				   node);
	return result_errno(r, "move_pages(%zu pages to node %d)", p->nr, node);
}

void area_touch(const struct area *area)
{
	size_t i;

	for (i = 0; i < area->size; i += PAGE_BYTES) {
		volatile char *byte = area->hva + i;

		*byte = *byte;
	}
}
