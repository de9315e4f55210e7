// SPDX-License-Identifier: GPL-2.0
/*
 * Moving memory to another NUMA node on request: page by page, all at once, with
 * the whole process, and by policy.
 */
#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "memory/numa_pages.h"
#include "pressure/pressure.h"

/* Also files: what the page cache has of them moves like all else. DAX stays where it is. */
#define MOVABLE		(ON_EVERY_BACKING & ~ON_DAX)

static int set_up(struct press *p, struct result *r)
{
	struct numa_pages *at = calloc(1, sizeof(*at));

	if (!at)
		return result_errno(r, "calloc(numa_pages)");
	p->state = at;
	/* A page that was only read has no frame of its own to move. */
	area_touch(p->area);
	return numa_pages_open(at, p->area, p->area->backing->granule, r);
}

static void tear_down(struct press *p)
{
	if (p->state)
		numa_pages_close(p->state);
	free(p->state);
}

/*
 * Call @move until all pages are on another node.  Pages that the guest is
 * faulting in are busy; the kernel leaves them out, and so they are moved by
 * the next call.
 */
static int move_away(struct press *p, int (*move)(struct press *p, int node, struct result *r),
		     struct result *r)
{
	struct numa_pages *at = p->state;
	struct deadline deadline;
	int node, last, ret = 0;
	size_t there, now;

	if (numa_pages_look(at, r))
		return -1;
	node = numa_node_after(at->nodes[0]);
	there = numa_pages_count(at, node);
	deadline_start(&deadline, p->budget_ns);
	do {
		if (move(p, node, r) || numa_pages_look(at, r))
			return -1;
		now = numa_pages_count(at, node);
	} while (now < at->nr && deadline_retry(&deadline));
	last = now < at->nr ? press_last_try(p, r) : 0;
	if (last > 0) {
		ret = move(p, node, r) || numa_pages_look(at, r) ? -1 : 0;
		press_resume(p);
		now = numa_pages_count(at, node);
	}
	if (last < 0 || ret)
		return -1;
	if (now > there)
		p->proved += now - there;
	if (now < at->nr)
		result_note(r, "%s: %zu of %zu pages did not move to node %d",
			    p->row->name, at->nr - now, at->nr, node);
	return 0;
}

static int move_each(struct press *p, int node, struct result *r)
{
	struct numa_pages *at = p->state;
	size_t i;

	for (i = 0; i < at->nr; i++) {
		struct numa_pages one = { 1, &at->pages[i], &at->nodes[i] };

		if (at->nodes[i] != node && numa_pages_move(&one, node, r))
			return -1;
	}
	return 0;
}

static int apply_each(struct press *p, struct result *r)
{
	return move_away(p, move_each, r);
}

PRESSURE(migrate_move_pages_each) = {
	.name = "move_pages_each",
	.family = PRESSURE_MIGRATE,
	.calls = "move_pages() to another node, page by page",
	.events = "clear",
	.proof = "page on the node asked for",
	.preserves = MOVABLE,
	.frees = MOVABLE,
	/* Each call has every CPU give up its batches of pages first. */
	.rounds = 2,
	.can_join = true,
	.needs = { numa_pages_missing },
	.set_up = set_up,
	.apply = apply_each,
	.tear_down = tear_down,
};

static int move_bulk(struct press *p, int node, struct result *r)
{
	return numa_pages_move(p->state, node, r);
}

static int apply_bulk(struct press *p, struct result *r)
{
	return move_away(p, move_bulk, r);
}

PRESSURE(migrate_move_pages_bulk) = {
	.name = "move_pages_bulk",
	.family = PRESSURE_MIGRATE,
	.calls = "move_pages() of the area to another node in one call",
	.events = "clear",
	.proof = "page on the node asked for",
	.preserves = MOVABLE,
	.frees = MOVABLE,
	.can_join = true,
	.needs = { numa_pages_missing },
	.set_up = set_up,
	.apply = apply_bulk,
	.tear_down = tear_down,
};

static int move_process(struct press *p, int node, struct result *r)
{
	struct bitmask *from = numa_allocate_nodemask(), *to = numa_allocate_nodemask();
	int ret;

	(void)p;
	copy_bitmask_to_bitmask(numa_all_nodes_ptr, from);
	numa_bitmask_clearbit(from, node);
	numa_bitmask_setbit(to, node);
	ret = numa_migrate_pages(0, from, to);
	numa_free_nodemask(from);
	numa_free_nodemask(to);
	if (ret < 0)
		return result_errno(r, "migrate_pages(to node %d)", node);
	return 0;
}

static int apply_process(struct press *p, struct result *r)
{
	return move_away(p, move_process, r);
}

PRESSURE(migrate_process) = {
	.name = "migrate_pages",
	.family = PRESSURE_MIGRATE,
	.calls = "migrate_pages() of the whole process to another node",
	.events = "clear",
	.proof = "page on the node asked for",
	.preserves = MOVABLE,
	.frees = MOVABLE,
	/* All else that the process has moves as well. */
	.rounds = 2,
	.can_join = true,
	.needs = { numa_pages_missing },
	.set_up = set_up,
	.apply = apply_process,
	.tear_down = tear_down,
};

static int bind(struct press *p, int node, struct result *r)
{
	struct bitmask *to = numa_allocate_nodemask();
	const struct area *area = p->area;
	long ret;

	numa_bitmask_setbit(to, node);
	ret = mbind(area->hva, area->size, MPOL_BIND, to->maskp, to->size + 1, MPOL_MF_MOVE);
	numa_free_nodemask(to);
	/* EIO: a huge page that others are moving just now; the next call finds it moved. */
	if (ret && errno != EIO)
		return result_errno(r, "mbind(%p, %zu, node %d)", area->hva, area->size, node);
	return 0;
}

static int apply_mbind(struct press *p, struct result *r)
{
	return move_away(p, bind, r);
}

/* The policy goes with the mapping and its file: nothing is left to reset. */
PRESSURE(migrate_mbind) = {
	.name = "mbind_move",
	.family = PRESSURE_MIGRATE,
	.calls = "mbind(MPOL_BIND to another node, MPOL_MF_MOVE)",
	.events = "clear",
	.proof = "page on the node asked for",
	.preserves = MOVABLE,
	.frees = MOVABLE,
	.can_join = true,
	.needs = { numa_pages_missing },
	.set_up = set_up,
	.apply = apply_mbind,
	.tear_down = tear_down,
};
