// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/self/clear_refs: forgetting which pages were written to, which protects
 * them against writes, or which were used, which takes nothing away.
 */
#include <stdlib.h>

#include "memory/pagemap.h"
#include "pressure/write_tracking.h"

static int count_dirty(const struct press *p, unsigned int *dirty, unsigned int *first_clean,
		       struct result *r)
{
	return press_count_bit(p, PAGEMAP_SOFT_DIRTY, NULL, dirty, first_clean, r);
}

/* What the guest has written to since the bits were cleared must have them again. */
static int judge(const struct press *p, const struct write_tracking *w, struct result *r)
{
	unsigned int dirty, first_clean;

	if (!write_tracking_all(w, p))
		return 0;
	if (count_dirty(p, &dirty, &first_clean, r))
		return -1;
	return first_clean < p->nr_pages ? write_tracking_lost(p, first_clean, r) : 0;
}

/* With the guest paused, nobody sets what was cleared. */
static int clear_and_count(struct press *p, struct result *r)
{
	unsigned int before, after, first_clean;

	if (count_dirty(p, &before, &first_clean, r) || pagemap_clear_soft_dirty(r) ||
	    count_dirty(p, &after, &first_clean, r))
		return -1;
	p->proved += before > after ? before - after : 0;
	return 0;
}

struct rounds {
	struct write_tracking tracking;
	unsigned int done;
};

static int set_up_soft_dirty(struct press *p, struct result *r)
{
	p->state = calloc(1, sizeof(struct rounds));
	return p->state ? 0 : result_errno(r, "calloc(rounds)");
}

static void tear_down_soft_dirty(struct press *p)
{
	free(p->state);
}

/* By turns with the guest paused, for the proof, and at work, for the race. */
static int apply_soft_dirty(struct press *p, struct result *r)
{
	struct rounds *rounds = p->state;
	int ret;

	if (judge(p, &rounds->tracking, r))
		return -1;
	if (rounds->done++ % 2) {
		ret = pagemap_clear_soft_dirty(r);
		write_tracking_begin(&rounds->tracking, p);
		return ret;
	}
	if (press_pause(p, r))
		return -1;
	ret = clear_and_count(p, r);
	write_tracking_begin(&rounds->tracking, p);
	press_resume(p);
	return ret;
}

PRESSURE(reclaim_soft_dirty) = {
	.name = "clear_refs_soft_dirty",
	.family = PRESSURE_RECLAIM,
	.calls = "write 4 to /proc/self/clear_refs",
	.events = "soft_dirty",
	.proof = "soft-dirty bit cleared",
	.hits = { 1, 2 },
	.preserves = ON_EVERY_BACKING & ~ON_HUGETLB,
	.extra = BACKING_BIT(BACKING_DAX_PRIVATE),
	.needs = { pagemap_soft_dirty_missing, pagemap_missing },
	.set_up = set_up_soft_dirty,
	.apply = apply_soft_dirty,
	.tear_down = tear_down_soft_dirty,
};

static int apply_used(struct press *p, struct result *r)
{
	(void)p;
	return pagemap_clear_used(r);
}

/* Only the host's own page tables forget; KVM's are not asked. */
PRESSURE(reclaim_clear_young) = {
	.name = "clear_refs_young",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_SPARES,
	.calls = "write 1 to /proc/self/clear_refs",
	.events = "none",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.can_join = true,
	.needs = { pagemap_clear_missing },
	.apply = apply_used,
};
