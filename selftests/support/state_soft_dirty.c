// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that are watched for writes by their soft-dirty bits.
 *
 * What was written since they were cleared must stay known: half of the memory is
 * written to again at once.  And what is written later must become known.
 */
#include <stdlib.h>

#include "memory/pagemap.h"
#include "pressure/write_tracking.h"
#include "support/page_state.h"

static const char *missing(void)
{
	return pagemap_soft_dirty_missing() ?: pagemap_missing();
}

static int set_up(struct pair *pair, struct result *r)
{
	pair->own = calloc(1, sizeof(struct write_tracking));
	return pair->own ? 0 : result_errno(r, "calloc(write_tracking)");
}

/* Of what has one bit, every second piece; the other pages are to stay clean. */
static bool is_written(const struct press *p, unsigned int page)
{
	return ((char *)press_page(p, page) - p->area->hva) / p->area->backing->granule % 2 == 0;
}

static int enter(struct pair *pair, struct result *r)
{
	struct press *p = pair->press;
	unsigned int i, lost, with, clean, dirty;

	if (pair_keep_out(pair, r) || pagemap_clear_soft_dirty(r))
		return -1;
	for (i = 0; i < p->nr_pages; i++) {
		if (is_written(p, i))
			guest_store(press_page(p, i), guest_load(press_page(p, i)));
	}
	if (press_count_bit(p, PAGEMAP_SOFT_DIRTY, is_written, &with, &lost, r) ||
	    press_count_bit(p, PAGEMAP_SOFT_DIRTY, NULL, &dirty, &clean, r))
		return -1;
	if (lost < p->nr_pages || clean == p->nr_pages)
		return result_error(r, "of %u pages %u are soft-dirty when half of them have just been written to",
				    p->nr_pages, dirty);
	return 0;
}

static int judge_known(struct pair *pair, const char *and, struct result *r)
{
	const struct press *p = pair->press;
	unsigned int with, lost;

	if (press_count_bit(p, PAGEMAP_SOFT_DIRTY, is_written, &with, &lost, r))
		return -1;
	if (lost == p->nr_pages)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "page %u at %p was written to, and the mm has forgotten that after %s%s",
			   lost, (void *)press_page(p, lost), pair->after, and);
}

/* What is not in memory comes in. */
static void read_all(const struct press *p)
{
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++)
		guest_load(press_page(p, i));
}

static int judge(struct pair *pair, struct result *r)
{
	struct write_tracking *later = pair->own;
	struct press *p = pair->press;
	unsigned int with, lost;

	if (judge_known(pair, "", r))
		return -1;
	read_all(p);
	if (judge_known(pair, " and a read", r))
		return -1;
	write_tracking_begin(later, p);
	pair_let_in(pair);
	if (!write_tracking_all(later, p)) {
		vm_describe(p->vm, r);
		return result_fail(r, CONTRACT_PROGRESS, "the guest does not write to its pages after %s",
				   pair->after);
	}
	if (press_count_bit(p, PAGEMAP_SOFT_DIRTY, NULL, &with, &lost, r))
		return -1;
	if (lost < p->nr_pages)
		return write_tracking_lost(p, lost, r);
	pair->judged += p->nr_pages;
	return 0;
}

static void tear_down(struct pair *pair)
{
	free(pair->own);
}

const struct page_state state_soft_dirty = {
	.name = "soft_dirty",
	.missing = missing,
	.set_up = set_up,
	.enter = enter,
	.judge = judge,
	.tear_down = tear_down,
};
