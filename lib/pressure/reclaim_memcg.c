// SPDX-License-Identifier: GPL-2.0
/*
 * Reclaim by memory cgroup: on request, and because a limit is exceeded.
 *
 * The test moves to its own cgroup before the guest touches any memory, since
 * memory is charged once, to the cgroup of whoever touches it first.
 */
#include <stdlib.h>

#include "host/memcg.h"
#include "host/swap.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

/*
 * Asked for while the guest is at work: it brings pages back as fast as they
 * go, and the kernel would try for seconds to get more.
 */
#define FEW_BYTES	(8 * PAGE_BYTES)

struct group {
	char path[128];
	size_t bytes;		/* to be reclaimed by the next call */
	size_t all;		/* by those that follow */
};

/* How much this time; all of it the next time. */
static size_t bytes_now(struct group *g)
{
	size_t bytes = g->bytes;

	g->bytes = g->all;
	return bytes;
}

static int apply_to_group(struct press *p, int (*reclaim)(struct press *p, struct result *r),
			  size_t all, struct result *r)
{
	struct group *g = p->state;

	g->bytes = FEW_BYTES;
	g->all = all;
	return reclaim_out(p, reclaim, r);
}

static int set_up_group(struct press *p, struct result *r)
{
	struct group *g = calloc(1, sizeof(*g));

	if (!g)
		return result_errno(r, "calloc(group)");
	p->state = g;
	if (reclaim_set_up(p, r) ||
	    memcg_create(p->host, "mn_reclaim", 0, g->path, sizeof(g->path), r))
		return -1;
	return memcg_join(p->host, g->path, r);
}

static void tear_down_group(struct press *p)
{
	free(p->state);
}

static int set_up_reclaim(struct press *p, struct result *r)
{
	const struct group *g;

	if (set_up_group(p, r))
		return -1;
	g = p->state;
	return memcg_can_reclaim(g->path, r);
}

static int reclaim(struct press *p, struct result *r)
{
	struct group *g = p->state;

	return memcg_reclaim(g->path, bytes_now(g), r);
}

static int apply_reclaim(struct press *p, struct result *r)
{
	return apply_to_group(p, reclaim, p->area->size, r);
}

PRESSURE(reclaim_memory_reclaim) = {
	.name = "memory_reclaim",
	.family = PRESSURE_RECLAIM,
	.calls = "write to memory.reclaim of the cgroup",
	.events = "clear",
	.proof = RECLAIM_OUT_PROOF,
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		 BACKING_BIT(BACKING_MEMFD),
	.rounds = 2,
	.allows_others = true,
	.may_change = RECLAIM_GROUP_MAY_CHANGE,
	.needs = { pagemap_missing, swap_missing },
	.set_up = set_up_reclaim,
	.apply = apply_reclaim,
	.tear_down = tear_down_group,
};

/*
 * Whoever lowers the limit reclaims what is above it, and so does, meanwhile,
 * a vCPU thread whose fault is charged.
 */
static int exceed(struct press *p, struct result *r)
{
	struct group *g = p->state;

	return memcg_squeeze(g->path, bytes_now(g), r);
}

static int apply_high(struct press *p, struct result *r)
{
	/* More than the guest's memory is charged, some of it in advance: ask for all. */
	return apply_to_group(p, exceed, SIZE_MAX, r);
}

PRESSURE(reclaim_memory_high) = {
	.name = "memory_high",
	.family = PRESSURE_RECLAIM,
	.calls = "memory.high of the cgroup below its usage",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_PRESSURE) | CALLER_BIT(CALLER_OWN),
	.proof = RECLAIM_OUT_PROOF,
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.rounds = 2,
	.slow = true,
	.allows_others = true,
	.may_change = RECLAIM_GROUP_MAY_CHANGE,
	.needs = { pagemap_missing, swap_missing },
	.set_up = set_up_group,
	.apply = apply_high,
	.tear_down = tear_down_group,
};
