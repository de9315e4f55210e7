// SPDX-License-Identifier: GPL-2.0
/*
 * Memory in use stays: reclaim asks everyone who maps a page, KVM included, whether
 * it was used, and takes other pages first.
 *
 * Besides the guest's memory the cgroup has memory that nobody uses.  In the order
 * of reclaim it is made younger than the guest's, so an mm that does not learn of
 * the guest's accesses takes the guest's memory first.  A little is reclaimed at a
 * time: the guest visits every page and is parked, and then so few pages are looked
 * at that none is looked at twice, since the first look clears the accessed bits.
 * Nobody else may zap translations meanwhile: the accessed bits would go with them.
 */
#include <errno.h>
#include <numa.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/deadline.h"
#include "host/memcg.h"
#include "host/swap.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

/* On each node, since each has its own order. */
#define COLD_PAGES	1024
#define MAX_NODES	8

#define STEP_BYTES	(32 * PAGE_BYTES)

/* Of the cold memory, in one call. */
#define ENOUGH(nr)	((nr) / 4)

struct cold {
	char cgroup[128];
	char *memory;
	size_t nr;		/* pages */
	pagemap_t *pages;
};

static int nr_nodes(void)
{
	return numa_available() < 0 ? 1 : numa_num_configured_nodes();
}

static const char *few_nodes_missing(void)
{
	return nr_nodes() > MAX_NODES ? "more nodes than there is swap for" : NULL;
}

static int set_up_cold(struct press *p, struct result *r)
{
	struct cold *c = calloc(1, sizeof(*c));

	if (!c)
		return result_errno(r, "calloc(cold)");
	p->state = c;
	c->nr = (size_t)nr_nodes() * COLD_PAGES;
	c->pages = calloc(c->nr, sizeof(*c->pages));
	if (!c->pages)
		return result_errno(r, "calloc(%zu pages)", c->nr);
	c->memory = mmap(NULL, c->nr * PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->memory == MAP_FAILED) {
		c->memory = NULL;
		return result_errno(r, "mmap(%zu)", c->nr * PAGE_BYTES);
	}
	if (madvise(c->memory, c->nr * PAGE_BYTES, MADV_NOHUGEPAGE) && errno != EINVAL)
		return result_errno(r, "madvise(MADV_NOHUGEPAGE)");
	if (numa_available() >= 0)
		numa_interleave_memory(c->memory, c->nr * PAGE_BYTES, numa_all_nodes_ptr);
	if (reclaim_set_up(p, r) ||
	    memcg_create(p->host, "mn_cold", 0, c->cgroup, sizeof(c->cgroup), r) ||
	    memcg_can_reclaim(c->cgroup, r))
		return -1;
	return memcg_join(p->host, c->cgroup, r);
}

static void tear_down_cold(struct press *p)
{
	struct cold *c = p->state;

	if (c && c->memory)
		munmap(c->memory, c->nr * PAGE_BYTES);
	if (c)
		free(c->pages);
	free(c);
}

static int advise(char *memory, size_t bytes, int advice, struct result *r)
{
	if (madvise(memory, bytes, advice))
		return result_errno(r, "madvise(%p, %zu, %d)", memory, bytes, advice);
	return 0;
}

/* First the guest's memory, then the other, all new, and as if nobody had used them. */
static int put_in_order(const struct press *p, struct result *r)
{
	const struct cold *c = p->state;
	size_t bytes = c->nr * PAGE_BYTES, n;

	if (advise(c->memory, bytes, MADV_DONTNEED, r) ||
	    advise(p->area->hva, p->area->size, MADV_COLD, r))
		return -1;
	for (n = 0; n < bytes; n += PAGE_BYTES)
		c->memory[n] = 1;
	return advise(c->memory, bytes, MADV_COLD, r);
}

/* How many pages went: of the guest's, and by now of the others. */
static int reclaim(struct press *p, unsigned int *used, size_t *cold, struct result *r)
{
	struct cold *c = p->state;

	if (memcg_reclaim(c->cgroup, STEP_BYTES, r) || reclaim_count_out(p, used, r) ||
	    pagemap_read(c->memory, c->nr, c->pages, r))
		return -1;
	*cold = pagemap_count(c->pages, c->nr, PAGEMAP_SWAPPED);
	return 0;
}

static int step(struct press *p, unsigned int *used, size_t *cold, struct result *r)
{
	int ret;

	if (press_visited(p, "before some is reclaimed", r) || press_pause(p, r))
		return -1;
	ret = reclaim(p, used, cold, r) || reclaim_empty_tlbs(p, r) ? -1 : 0;
	press_resume(p);
	return ret;
}

/* Of what the guest uses no larger share may go than of what nobody does. */
static int judge(const struct press *p, unsigned int used, size_t cold, struct result *r)
{
	const struct cold *c = p->state;
	size_t gone = cold > ENOUGH(c->nr) ? cold : ENOUGH(c->nr);

	if ((size_t)used * c->nr <= gone * p->nr_pages)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "reclaim took pages %u times of %u that the guest uses all the time, and %zu of %zu that nobody uses: the mm does not know",
			   used, p->nr_pages, cold, c->nr);
}

static int apply_cold(struct press *p, struct result *r)
{
	const struct cold *c = p->state;
	unsigned int used = 0, now;
	struct deadline deadline;
	size_t cold = 0;

	if (put_in_order(p, r))
		return -1;
	deadline_start(&deadline, p->budget_ns);
	do {
		if (step(p, &now, &cold, r))
			return -1;
		used += now;
		if (judge(p, used, cold, r))
			return -1;
	} while (cold < ENOUGH(c->nr) && deadline_retry(&deadline));
	p->proved += cold;
	return 0;
}

PRESSURE(reclaim_cold_first) = {
	.name = "memory_reclaim_cold",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write to memory.reclaim of the cgroup, with cold memory beside the guest's",
	.events = "clear_flush_young clear_young",
	.proof = "cold page reclaimed",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) | ON_PRIVATE_FILE,
	.rounds = 2,
	.zap_exclusive = true,
	.guest_writes = true,	/* who only reads may leave pages out */
	.may_change = RECLAIM_GROUP_MAY_CHANGE,
	.needs = { reclaim_pageout_missing, pagemap_missing, swap_missing, few_nodes_missing },
	.set_up = set_up_cold,
	.apply = apply_cold,
	.tear_down = tear_down_cold,
};
