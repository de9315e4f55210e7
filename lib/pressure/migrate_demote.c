// SPDX-License-Identifier: GPL-2.0
/*
 * Demotion: reclaim moves memory that is not in use to a slower node instead of out.
 *
 * The test's cgroup may not swap, so that the guest's pages can go nowhere else.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/memcg.h"
#include "host/page_flags.h"
#include "memory/numa_pages.h"
#include "memory/tiers.h"
#include "pressure/pressure.h"

#define DEMOTION	"/sys/kernel/mm/numa/demotion_enabled"

/* A page that was used is left alone by the first. */
#define MORE_TRIES	3

struct demotion {
	char cgroup[128];
	struct numa_pages at;
	int fast;		/* the node from where they are demoted */
};

static const char *demotion_missing(void)
{
	return hostfile_missing(DEMOTION, "kernel that does not demote memory: no " DEMOTION);
}

static int set_up(struct press *p, struct result *r)
{
	struct demotion *d = calloc(1, sizeof(*d));

	if (!d)
		return result_errno(r, "calloc(demotion)");
	p->state = d;
	d->fast = tiers_find().fast;
	return memcg_create(p->host, "mn_demote", SIZE_MAX, d->cgroup, sizeof(d->cgroup), r) ||
	       memcg_can_reclaim(d->cgroup, r) || memcg_join(p->host, d->cgroup, r) ||
	       numa_pages_open(&d->at, p->area, p->area->backing->granule, r) ||
	       hoststate_write(p->host, DEMOTION, "1", r) ? -1 : 0;
}

static void tear_down(struct press *p)
{
	struct demotion *d = p->state;

	if (d)
		numa_pages_close(&d->at);
	free(d);
}

/* On any slower node: NUMA balancing, too, brings nothing to one without CPUs. */
static int count_slow(struct demotion *d, size_t *slow, struct result *r)
{
	size_t i;

	if (numa_pages_look(&d->at, r))
		return -1;
	*slow = 0;
	for (i = 0; i < d->at.nr; i++)
		*slow += d->at.nodes[i] >= 0 && tiers_below(d->at.nodes[i]);
	return 0;
}

static int demote(struct press *p, size_t *slow, struct result *r)
{
	struct demotion *d = p->state;

	return memcg_reclaim(d->cgroup, p->area->size, r) ? -1 : count_slow(d, slow, r);
}

static int demote_all(struct press *p, size_t *slow, struct result *r)
{
	struct demotion *d = p->state;
	struct deadline deadline;
	unsigned int tries = 0;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (demote(p, slow, r))
			return -1;
		tries += *slow > 0;
		if (!*slow)
			page_queues_clear();
	} while (*slow < d->at.nr && tries < MORE_TRIES && deadline_retry(&deadline));
	return 0;
}

/* First from a guest that is at work, which keeps most of it. */
static int apply(struct press *p, struct result *r)
{
	struct demotion *d = p->state;
	size_t left, slow;
	int ret;

	if (numa_pages_move(&d->at, d->fast, r) || count_slow(d, &left, r) ||
	    demote(p, &slow, r) || press_pause(p, r))
		return -1;
	ret = demote_all(p, &slow, r);
	press_resume(p);
	if (!ret && slow > left)
		p->proved += slow - left;
	return ret;
}

PRESSURE(migrate_demotion) = {
	.name = "numa_demotion",
	.family = PRESSURE_MIGRATE,
	.calls = "write to memory.reclaim of the cgroup with numa/demotion_enabled=1",
	.since = "v6.1",
	.events = "clear",
	.proof = "page on a slower node",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		 BACKING_BIT(BACKING_MEMFD),
	.rounds = 2,
	.allows_others = true,
	.changes = "numa/demotion_enabled: reclaim moves memory to slower nodes",
	.may_change = MEMCG_MAY_CHANGE,
	.needs = { numa_pages_missing, tiers_missing, demotion_missing },
	.set_up = set_up,
	.apply = apply,
	.tear_down = tear_down,
};
