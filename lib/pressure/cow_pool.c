// SPDX-License-Identifier: GPL-2.0
/*
 * fork(), and a write to private huge pages when the pool has none for the copy: the
 * page goes from the child, which gets SIGBUS, and whoever reserved it keeps it.
 */
#include <errno.h>
#include <linux/mman.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "host/hostfile.h"
#include "memory/pagemap.h"
#include "pressure/cow_child.h"

#define POOL		"/sys/kernel/mm/hugepages/hugepages-2048kB/"
#define TRIES		16	/* others may give pages back meanwhile */

/* What is free and not promised to anybody. */
struct reserved {
	void *at[TRIES];
	size_t bytes[TRIES];
	unsigned int nr;
};

static void give_back(struct reserved *all)
{
	while (all->nr--)
		munmap(all->at[all->nr], all->bytes[all->nr]);
}

static int unpromised(unsigned long long *pages, struct result *r)
{
	unsigned long long free, promised;

	if (hostfile_read_ulong(POOL "free_hugepages", &free) ||
	    hostfile_read_ulong(POOL "resv_hugepages", &promised))
		return result_errno(r, "read(%s)", POOL);
	*pages = free > promised ? free - promised : 0;
	return 0;
}

/* A mapping that nobody touches reserves its pages. */
static int take_all(struct press *p, struct reserved *all, struct result *r)
{
	unsigned long long pages = 0;
	unsigned int try;
	void *at;

	all->nr = 0;
	/* Or more are made when they are needed. */
	if (hoststate_write(p->host, POOL "nr_overcommit_hugepages", "0", r))
		return -1;
	for (try = 0; try < TRIES; try++) {
		if (unpromised(&pages, r))
			return -1;
		if (!pages)
			return 0;
		at = mmap(NULL, pages * HUGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB, -1, 0);
		if (at != MAP_FAILED) {
			all->at[all->nr] = at;
			all->bytes[all->nr++] = pages * HUGE_BYTES;
		} else if (errno != ENOMEM) {
			return result_errno(r, "mmap(%llu huge pages)", pages);
		}
	}
	return result_skip(r, "%llu huge pages are free and cannot be had: others use the pool",
			   pages);
}

/* All that the guest wrote to stayed where it was: nothing was copied. */
static int count_kept(struct press *p, const pagemap_t *before, struct result *r)
{
	pagemap_t *after = pagemap_area(p->area, r);
	size_t nr = p->area->size / PAGE_BYTES, i;

	for (i = 0; after && i < nr; i += HUGE_BYTES / PAGE_BYTES)
		p->proved += pagemap_pfn(before[i]) &&
			     pagemap_pfn(before[i]) == pagemap_pfn(after[i]);
	free(after);
	return after ? 0 : -1;
}

static int write_short(struct press *p, struct cow_child *child, struct result *r)
{
	pagemap_t *before = pagemap_area(p->area, r);
	int ret = -1;

	if (before && !press_write_all(p, "with no huge page free for a copy", r) &&
	    !cow_child_lost(child, p, r))
		ret = count_kept(p, before, r);
	free(before);
	return ret;
}

static int apply_short(struct press *p, struct result *r)
{
	struct reserved all;
	struct cow_child child;
	int ret;

	if (cow_child_start(&child, p, COW_CHILD_HOLDS, r))
		return -1;
	ret = take_all(p, &all, r) || write_short(p, &child, r) ? -1 : 0;
	give_back(&all);
	cow_child_kill(&child);
	return ret;
}

PRESSURE(cow_fork_short) = {
	.name = "fork_short",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() with no huge page free for copies: the child loses its own",
	.events = "protection_page clear",
	.proof = "page kept in its frame, which the child has lost",
	.preserves = BACKING_BIT(BACKING_HUGETLB),
	.rounds = 2,
	.changes = "all huge pages of the pool that are free are taken for a moment, nr_overcommit_hugepages=0",
	.needs = { memory_advice_missing, pagemap_missing },
	.set_up = cow_child_prepare,
	.apply = apply_short,
};
