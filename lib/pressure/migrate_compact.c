// SPDX-License-Identifier: GPL-2.0
/*
 * Compaction: pages move within their zone, from its low end to its high one,
 * so that free memory comes in larger pieces.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/test_process.h"
#include "host/hostfile.h"
#include "host/scan.h"
#include "memory/numa_pages.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"

#define COMPACT_MEMORY	"/proc/sys/vm/compact_memory"

/* What is huge already is left where it is. */
#define COMPACTED	(ON_EVERY_BACKING & ~ON_HUGETLB & ~BACKING_BIT(BACKING_ANON_THP) & \
			 ~BACKING_BIT(BACKING_MEMFD_THP) & ~ON_DAX)

#define COMPACT_READS	4	/* each page may be copied, and is looked at from both ends */

/*
 * Times the area: what to allocate so that it gets other frames.  The kernel gives
 * out first what is free at the high end, in small pieces; how much there is
 * differs, so that each try takes more.
 */
#define BLOCKERS_MIN	16
#define BLOCKERS_MAX	128

static const char *compaction_missing(void)
{
	return hostfile_missing(COMPACT_MEMORY, "kernel without CONFIG_COMPACTION");
}

static int set_up(struct press *p, struct result *r)
{
	(void)r;
	/* The zero page does not move. */
	area_touch(p->area);
	return 0;
}

/* New frames for the same contents; those that it had are taken by @blockers. */
static int refill(const struct area *area, char *save, const struct area *blockers,
		  struct result *r)
{
	int advice = backing_bit(area->backing) & ON_SHARED ? MADV_REMOVE : MADV_DONTNEED;

	memcpy(save, area->hva, area->size);
	if (madvise(area->hva, area->size, advice))
		return result_errno(r, "madvise(%p, %zu, %d)", area->hva, area->size, advice);
	area_touch(blockers);
	memcpy(area->hva, save, area->size);
	return 0;
}

/*
 * Once compacted, pages stay where they are: at the high end.  To have them move
 * in each round they must first get other frames, and leave theirs free.  The
 * guest is not to see how.
 */
static int scatter(struct press *p, unsigned int nr_blockers, struct result *r)
{
	size_t size = p->area->size;
	struct area blockers;
	char *save;
	int ret;

	if (area_create(&blockers, &backings[BACKING_ANON], nr_blockers * size, r))
		return -1;
	save = malloc(size);
	if (!save)
		ret = result_errno(r, "malloc(%zu)", size);
	else
		ret = press_pause(p, r) || refill(p->area, save, &blockers, r) ? -1 : 0;
	press_resume(p);
	free(save);
	area_destroy(&blockers);
	return ret;
}

static unsigned long long host_pages(void)
{
	return sysconf(_SC_PHYS_PAGES);
}

/* A single call, which nobody can interrupt: the size of the host says how long it may take. */
static int compact(const struct press *p, struct result *r)
{
	int err;

	test_process_waits_for("all memory to be compacted",
			       host_pages() * COMPACT_READS * scan_page_ns());
	err = hoststate_set(p->host, COMPACT_MEMORY, "1", r);
	test_process_waits_for(NULL, 0);
	if (err > 0)
		return result_error(r, "write(%s, 1): %s", COMPACT_MEMORY, strerror(err));
	return err;
}

static int compact_once(struct press *p, unsigned int nr_blockers, size_t *moved,
			struct result *r)
{
	pagemap_t *before, *after = NULL;

	if (scatter(p, nr_blockers, r))
		return -1;
	before = pagemap_area(p->area, r);
	if (before && !compact(p, r))
		after = pagemap_area(p->area, r);
	if (after)
		*moved = pagemap_moved(before, after, p->area->size / PAGE_BYTES);
	free(before);
	free(after);
	return after ? 0 : -1;
}

static int apply(struct press *p, struct result *r)
{
	struct deadline deadline;
	unsigned int nr_blockers = BLOCKERS_MIN;
	size_t moved = 0;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (compact_once(p, nr_blockers, &moved, r))
			return -1;
		if (nr_blockers < BLOCKERS_MAX)
			nr_blockers *= 2;
	} while (!moved && deadline_retry(&deadline));
	p->proved += moved;
	return 0;
}

PRESSURE(migrate_compact) = {
	.name = "compact",
	.family = PRESSURE_MIGRATE,
	.calls = "write to " COMPACT_MEMORY,
	.events = "clear",
	.proof = "page frame changed",
	.preserves = COMPACTED,
	.frees = COMPACTED,
	/* Each is a walk over all memory, and there may be several to a round. */
	.rounds = 2,
	.slow = true,
	.allows_others = true,
	.changes = "all memory compacted",
	.needs = { compaction_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply,
};
