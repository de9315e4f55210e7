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
#include "vm/arch.h"

#define TRIES	3	/* of a count that others may disturb */

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

/* The guest must be out of the way. */
static int mark(struct press *p, struct result *r)
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
 * Translations that KVM still has of the area: another call that notifies of all of it
 * makes them go.
 */
static int count_left(const struct press *p, unsigned long long *left, struct result *r)
{
	const struct area *a = p->area;
	unsigned long long small, huge, small_after, huge_after;

	*left = 0;
	if (!p->alone || vm_mapped(p->vm, &small, &huge))
		return 0;
	if (mprotect(a->hva, a->size, PROT_NONE) ||
	    mprotect(a->hva, a->size, PROT_READ | PROT_WRITE))
		return result_errno(r, "mprotect(%p, %zu)", a->hva, a->size);
	if (!vm_mapped(p->vm, &small_after, &huge_after))
		*left = small - small_after + huge - huge_after;
	return 0;
}

/*
 * Marked only, with nobody at work: all that can be notified now is this, and whatever
 * KVM maps is used again without anybody's noticing.  The host may take the guest's image
 * at just that moment, but not each time.
 */
static int mark_alone(struct press *p, struct result *r)
{
	unsigned long long left = 0;
	unsigned int try;
	int ret;

	for (try = 0; try < TRIES; try++) {
		if (press_visited(p, "before MADV_FREE", r) || press_pause(p, r))
			return -1;
		ret = mark(p, r) || count_left(p, &left, r) ? -1 : 0;
		if (!ret && !left)
			return 0;
		press_resume(p);
		if (ret)
			return -1;
	}
	return result_fail(r, CONTRACT_NO_STALE,
			   "KVM still maps %llu pages after MADV_FREE of all: what the guest writes there may be dropped",
			   left);
}

/* And what is written then stays, though all the rest may go. */
static int free_alone(struct press *p, struct result *r)
{
	int ret;

	if (mark_alone(p, r))
		return -1;
	press_call_over(p);
	press_resume(p);
	if (press_write_all(p, "after MADV_FREE", r) || press_pause(p, r))
		return -1;
	ret = advise(p->area, MADV_PAGEOUT, "MADV_PAGEOUT", r);
	press_resume(p);
	return ret;
}

static int free_paused(struct press *p, struct result *r)
{
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = free_and_take(p, r);
	press_resume(p);
	return ret;
}

/*
 * By turns.  Reclaim spares what was used since, above all the one huge page that all
 * vCPUs share: so the guest is out of the way in one round, and in the next, where
 * what it writes afterwards is taken; then it races with it.
 */
static int apply_free(struct press *p, struct result *r)
{
	switch (p->round % 3) {
	case 0:
		return free_paused(p, r);
	case 1:
		return free_alone(p, r);
	default:
		return free_and_take(p, r);
	}
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
