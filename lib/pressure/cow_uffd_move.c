// SPDX-License-Identifier: GPL-2.0
/*
 * UFFDIO_MOVE: the guest's pages move to other addresses and come back, each in
 * its own frame, when a vCPU waits for it.  The contents move along, so the guest
 * need not be stopped.
 */
#include <stdlib.h>

#include "memory/pagemap.h"
#include "pressure/userfault.h"

#define SINCE	"v6.8"

static const char *move_missing(void)
{
	return uffd_has(UFFD_FEATURE_MOVE) ? NULL : "no UFFDIO_MOVE: kernel before " SINCE;
}

/* Where the pages go. */
static int set_up_move(struct press *p, struct result *r)
{
	struct area *aside = calloc(1, sizeof(*aside));

	if (!aside)
		return result_errno(r, "calloc(area)");
	p->state = aside;
	return area_create(aside, p->area->backing, p->area->size, r);
}

static void tear_down_move(struct press *p)
{
	if (p->state)
		area_destroy(p->state);
	free(p->state);
}

static int resolve_move(struct uffd *u, char *unit, struct result *r)
{
	const struct press *p = u->owner;
	const struct area *aside = p->state;

	return uffd_move(u, unit, aside->hva + (unit - p->area->hva), u->unit, r);
}

static int move_out_and_back(struct press *p, struct uffd *u, struct result *r)
{
	struct area *a = p->area, *aside = p->state;
	struct stall still;
	size_t done;

	if (uffd_register(u, aside->hva, aside->size, UFFDIO_REGISTER_MODE_MISSING, r) ||
	    uffd_move(u, aside->hva, a->hva, a->size, r))
		return -1;
	stall_begin(&still, p);
	if (stall_judge(&still, p, u, USERFAULT_TAKEN, r) ||
	    userfault_release(p, u, 0, r))
		return -1;
	for (done = 0; done < a->size; done += u->unit) {
		if (resolve_move(u, a->hva + done, r))
			return -1;
	}
	return 0;
}

static int run_move(struct press *p, struct uffd *u, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, i;
	pagemap_t *before = pagemap_area(p->area, r), *after = NULL;

	if (before && !move_out_and_back(p, u, r))
		after = pagemap_area(p->area, r);
	for (i = 0; after && i < nr; i++)
		p->proved += pagemap_pfn(before[i]) &&
			     pagemap_pfn(before[i]) == pagemap_pfn(after[i]);
	free(before);
	free(after);
	return after ? 0 : -1;
}

static int apply_move(struct press *p, struct result *r)
{
	const struct userfault move = {
		.features = UFFD_FEATURE_MOVE,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		/* A huge page moves as one. */
		.unit = p->area->backing->granule,
		.resolve = resolve_move,
		.run = run_move,
	};

	return userfault_round(p, &move, r);
}

PRESSURE(cow_uffd_move) = {
	.name = "uffd_move",
	.family = PRESSURE_COW,
	.calls = "UFFDIO_MOVE to other addresses, UFFDIO_MOVE back",
	.since = SINCE,
	.events = "clear",
	.proof = "page back in its own frame",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.needs = { uffd_missing, move_missing, pagemap_missing },
	.set_up = set_up_move,
	.apply = apply_move,
	.tear_down = tear_down_move,
};
