// SPDX-License-Identifier: GPL-2.0
/*
 * MADV_FREE: the kernel may take the pages later, without writing them anywhere,
 * as long as nobody has written to them again.  A write of the guest that the
 * kernel fails to notice is lost here.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "memory/pagemap.h"
#include "memory/smaps.h"
#include "pressure/pressure.h"

static int advise(const struct area *a, int advice, const char *name, struct result *r)
{
	if (madvise(a->hva, a->size, advice))
		return result_errno(r, "madvise(%p, %zu, %s)", a->hva, a->size, name);
	return 0;
}

/* Pages that are gone, also if the guest has already got new ones for them. */
static size_t taken(const pagemap_t *before, const pagemap_t *after, size_t nr)
{
	size_t i, gone = 0;

	for (i = 0; i < nr; i++)
		gone += (before[i] & PAGEMAP_PRESENT) &&
			!(after[i] & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED));
	return gone + pagemap_moved(before, after, nr);
}

static int free_and_take(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	pagemap_t *before = pagemap_area(a, r), *after = NULL;

	if (!before)
		return -1;
	if (!advise(a, MADV_FREE, "MADV_FREE", r)) {
		press_call_over(p);
		/* Takes clean pages at once; this needs no swap. */
		if (!advise(a, MADV_PAGEOUT, "MADV_PAGEOUT", r))
			after = pagemap_area(a, r);
	}
	if (after)
		p->proved += taken(before, after, a->size / PAGE_BYTES);
	free(before);
	free(after);
	return after ? 0 : -1;
}

/* Marked only, with nobody at work: all that can be notified now is this. */
static int free_alone(struct press *p, struct result *r)
{
	size_t before, after;

	if (smaps_sum(p->area, "LazyFree", &before, r) ||
	    advise(p->area, MADV_FREE, "MADV_FREE", r) ||
	    smaps_sum(p->area, "LazyFree", &after, r))
		return -1;
	p->proved += after > before ? (after - before) / PAGE_BYTES : 0;
	return 0;
}

/*
 * By turns.  Reclaim spares what was used since, above all the one huge page that all
 * vCPUs share: so the guest is out of the way in one round, and in the next, where
 * nothing is taken; then it races with it.
 */
static int apply_free(struct press *p, struct result *r)
{
	unsigned int turn = p->round % 3;
	int ret;

	if (turn < 2 && press_pause(p, r))
		return -1;
	ret = turn == 1 ? free_alone(p, r) : free_and_take(p, r);
	if (turn < 2)
		press_resume(p);
	return ret;
}

PRESSURE(unmap_madvise_free) = {
	.name = "madvise_free",
	.family = PRESSURE_UNMAP,
	.calls = "madvise(MADV_FREE), madvise(MADV_PAGEOUT)",
	.events = "clear",
	.proof = "page marked as free, or taken as such",
	.hits = { 2, 3 },
	/* Only anonymous memory can be freed so. */
	.may_discard = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.allows_others = true,
	.needs = { memory_advice_missing },
	.apply = apply_free,
};
