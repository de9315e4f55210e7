// SPDX-License-Identifier: GPL-2.0
/*
 * swapoff: the pages are swapped out, and all swapped in at once while the guest
 * faults on them.
 */
#include <stdlib.h>
#include <sys/swap.h>

#include "base/deadline.h"
#include "host/swap.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

struct device {
	char path[32];
};

static int set_up_device(struct press *p, struct result *r)
{
	struct device *d = calloc(1, sizeof(*d));

	if (!d)
		return result_errno(r, "calloc(device)");
	p->state = d;
	return swap_start(p->host, RECLAIM_SWAP_BYTES, d->path, sizeof(d->path), r);
}

static void tear_down_device(struct press *p)
{
	free(p->state);
}

/* Nothing may be left of what went out to the device. */
static int none_swapped(struct press *p, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, swapped;
	struct deadline deadline;
	pagemap_t *pages;

	/* A page that somebody is moving just now looks as if swapped. */
	deadline_start(&deadline, p->budget_ns);
	do {
		pages = pagemap_area(p->area, r);
		if (!pages)
			return -1;
		swapped = pagemap_count(pages, nr, PAGEMAP_SWAPPED);
		free(pages);
	} while (swapped && deadline_poll(&deadline));
	if (swapped)
		return result_error(r, "%zu pages are still swapped out after swapoff()", swapped);
	return 0;
}

static int apply_swapoff(struct press *p, struct result *r)
{
	const struct device *d = p->state;

	if (reclaim_out(p, reclaim_pageout, r))
		return -1;
	if (swapoff(d->path))
		return result_errno(r, "swapoff(%s)", d->path);
	return none_swapped(p, r) || swap_again(d->path, r) ? -1 : 0;
}

PRESSURE(reclaim_swapoff) = {
	.name = "swapoff",
	.family = PRESSURE_RECLAIM,
	.calls = "madvise(MADV_PAGEOUT), swapoff(), swapon()",
	.events = "clear",
	.proof = "page swapped out before swapoff",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.allows_others = true,
	.changes = "adds a zram as a swap device, and removes it",
	.needs = { reclaim_pageout_missing, pagemap_missing, swap_own_missing },
	.set_up = set_up_device,
	.apply = apply_swapoff,
	.tear_down = tear_down_device,
};
