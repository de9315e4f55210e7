// SPDX-License-Identifier: GPL-2.0
/*
 * Long-term pins, as for I/O: pages in ZONE_MOVABLE have to leave it first, since
 * once pinned they cannot.  io_uring's fixed buffers do that for
 * any user.
 */
#include <stdlib.h>

#include "memory/movable.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"
#include "pressure/uring.h"

/* The row at work. */
struct pin {
	struct uring ring;
	struct movable_zones zones;
};

static int set_up_pin(struct press *p, struct result *r)
{
	struct pin *pin = calloc(1, sizeof(*pin));

	if (!pin)
		return result_errno(r, "calloc()");
	p->state = pin;
	return uring_open(&pin->ring, r) || movable_zones_read(&pin->zones, r) ? -1 : 0;
}

static void tear_down_pin(struct press *p)
{
	struct pin *pin = p->state;

	if (pin)
		uring_close(&pin->ring);
	free(pin);
}

static size_t movable_pages(const struct pin *pin, const pagemap_t *pages, size_t nr)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += movable_has(&pin->zones, pagemap_pfn(pages[i]));
	return count;
}

/* A device may be writing there: not even an explicit call may move it now. */
static int judge_pinned(struct press *p, const struct pin *pin, const pagemap_t *pinned,
			struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, moved;
	pagemap_t *now;

	if (movable_change_node(&pin->zones, p->area, r))
		return -1;
	now = pagemap_area(p->area, r);
	if (!now)
		return -1;
	moved = pagemap_moved(pinned, now, nr);
	free(now);
	if (moved)
		return result_fail(r, CONTRACT_CONTENTS, "%zu of %zu pinned pages were migrated",
				   moved, nr);
	return 0;
}

static int judge_moved(struct press *p, const struct pin *pin, const pagemap_t *before,
		       struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, had, left;
	pagemap_t *pinned = pagemap_area(p->area, r);
	int ret;

	if (!pinned)
		return -1;
	had = movable_pages(pin, before, nr);
	left = movable_pages(pin, pinned, nr);
	if (had && left == had)
		ret = result_skip(r, "pages with a long-term pin stay in ZONE_MOVABLE: kernel before v5.13");
	else if (left)
		ret = result_fail(r, CONTRACT_NONE, "%zu of %zu pages with a long-term pin are in ZONE_MOVABLE",
				  left, nr);
	else
		ret = judge_pinned(p, pin, pinned, r);
	if (!ret)
		p->proved += had;
	free(pinned);
	return ret;
}

static int pin_and_judge(struct press *p, struct pin *pin, const pagemap_t *before,
			 struct result *r)
{
	int ret;

	if (uring_pin(&pin->ring, p->area, p->budget_ns, r))
		return -1;
	ret = judge_moved(p, pin, before, r);
	return uring_unpin(&pin->ring, r) || ret ? -1 : 0;
}

static int apply_pin(struct press *p, struct result *r)
{
	struct pin *pin = p->state;
	pagemap_t *before = pagemap_area(p->area, r);
	int ret;

	if (!before)
		return -1;
	ret = pin_and_judge(p, pin, before, r);
	free(before);
	/* Where the next round finds them. */
	return ret || movable_change_node(&pin->zones, p->area, r) ? -1 : 0;
}

PRESSURE(migrate_longterm_pin) = {
	.name = "longterm_pin",
	.family = PRESSURE_MIGRATE,
	.calls = "io_uring_register(BUFFERS), move_pages() in vain and in earnest",
	.events = "clear",
	.proof = "page moved out of ZONE_MOVABLE to be pinned",
	/* The node that pages go to next may have no huge one to spare in that zone. */
	.hits = { 1, 2 },
	/*
	 * Memory that has to be written back is not pinned for long; huge pages of
	 * a pool are refused by v6.1, with a warning, if they are in ZONE_MOVABLE.
	 */
	.preserves = ON_EVERY_BACKING & ~(ON_DISK | ON_HUGETLB),
	.frees = ON_EVERY_BACKING & ~(ON_DISK | ON_HUGETLB),
	.allows_others = true,
	.slow = true,
	.needs = { uring_missing, movable_missing, pagemap_missing },
	.set_up = set_up_pin,
	.apply = apply_pin,
	.tear_down = tear_down_pin,
};
