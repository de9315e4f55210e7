// SPDX-License-Identifier: GPL-2.0
/*
 * KSM: pages with equal contents are merged into one that is read-only, and are
 * separated again by a write or on request.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "memory/pagemap.h"
#include "pressure/ksm.h"

/* Only what is nobody else's: anonymous memory, and private copies of files. */
#define MERGEABLE	(BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD_PRIVATE))

static int set_up(struct press *p, struct result *r)
{
	struct ksm *ksm = calloc(1, sizeof(*ksm));

	if (!ksm)
		return result_errno(r, "calloc(ksm)");
	p->state = ksm;
	return ksm_open(ksm, p, p->host, r);
}

static void tear_down(struct press *p)
{
	if (!p->state)
		return;
	ksm_close(p->state);
	free(p->state);
}

static int merge_some(struct press *p, unsigned int enough, struct result *r)
{
	unsigned int merged;

	if (ksm_merge(p->state, enough, &merged, r))
		return -1;
	p->proved += merged;
	return 0;
}

/* Pages that are being written to are left alone: writers have to pause. */
static int merge(struct press *p, struct result *r)
{
	bool writers = !press_host_writes(p);
	int ret;

	if (writers && press_pause(p, r))
		return -1;
	ret = merge_some(p, p->nr_pages, r) || ksm_run(p->state, KSM_STOP, r) ? -1 : 0;
	if (writers)
		press_resume(p);
	else if (!ret)
		ret = press_visited(p, "while its pages are merged", r);
	return ret;
}

/*
 * The guest goes on as soon as ksmd has begun, and writes to pages that have been
 * found to be alike and are about to be replaced.
 */
static int merge_under_writers(struct press *p, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = merge_some(p, 1, r);
	press_resume(p);
	if (!ret)
		ret = press_write_all(p, "while its pages are merged", r);
	return ksm_run(p->state, KSM_STOP, r) ? -1 : ret;
}

static int judge_unmerged(const struct press *p, const char *how, struct result *r)
{
	unsigned int merged;

	if (ksm_count(p->state, &merged, r))
		return -1;
	if (merged)
		return result_fail(r, CONTRACT_NONE, "%u of %u pages are still merged after %s",
				   merged, p->nr_pages, how);
	return ksm_judge_twins(p->state, r);
}

static int apply_write(struct press *p, struct result *r)
{
	if (merge(p, r) || press_write_all(p, "after its merged pages were written", r))
		return -1;
	return judge_unmerged(p, "all were written", r);
}

PRESSURE(cow_ksm_write) = {
	.name = "ksm_write",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, then writes",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	/* A huge page is split first. */
	.preserves = MERGEABLE | BACKING_BIT(BACKING_ANON_THP),
	/* Of small pages the guest's writes may need as many as were freed. */
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.rounds = 2,
	.changes = KSM_MAY_CHANGE,
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_write,
	.tear_down = tear_down,
};

static int apply_race(struct press *p, struct result *r)
{
	return merge_under_writers(p, r) ? -1 : ksm_judge_twins(p->state, r);
}

PRESSURE(cow_ksm_race) = {
	.name = "ksm_race",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, and writes at the same time",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	.preserves = MERGEABLE,
	.rounds = 2,
	.changes = KSM_MAY_CHANGE,
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_race,
	.tear_down = tear_down,
};

static int apply_unmergeable(struct press *p, struct result *r)
{
	if (merge(p, r) || ksm_advise(p, MADV_UNMERGEABLE, r) ||
	    judge_unmerged(p, "madvise(MADV_UNMERGEABLE)", r) ||
	    press_write_all(p, "after madvise(MADV_UNMERGEABLE)", r) || ksm_judge_twins(p->state, r))
		return -1;
	return ksm_advise(p, MADV_MERGEABLE, r);
}

PRESSURE(cow_ksm_unmergeable) = {
	.name = "ksm_unmergeable",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, madvise(MADV_UNMERGEABLE)",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	.preserves = MERGEABLE,
	.frees = MERGEABLE,
	.rounds = 2,
	.changes = KSM_MAY_CHANGE,
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_unmergeable,
	.tear_down = tear_down,
};

static int apply_stop(struct press *p, struct result *r)
{
	if (merge(p, r) || ksm_run(p->state, KSM_UNMERGE, r) ||
	    judge_unmerged(p, "writing 2 to ksm/run", r) ||
	    press_write_all(p, "after writing 2 to ksm/run", r))
		return -1;
	return ksm_judge_twins(p->state, r);
}

PRESSURE(cow_ksm_stop) = {
	.name = "ksm_stop",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_MERGEABLE) and ksmd, 2 to ksm/run",
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = "page merged with its twin",
	/* The whole host at once, whatever the memory is. */
	.preserves = BACKING_BIT(BACKING_ANON),
	.frees = BACKING_BIT(BACKING_ANON),
	.rounds = 2,
	.changes = KSM_MAY_CHANGE ", and everybody's pages unmerged",
	.needs = { ksm_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_stop,
	.tear_down = tear_down,
};
