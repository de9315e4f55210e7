// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that a device has pinned: they stay where they are, in the frames that the
 * device writes to.
 */
#include <stdlib.h>

#include "pressure/pinned.h"
#include "support/page_state.h"

static const char *missing(void)
{
	return uring_missing() ?: pagemap_missing();
}

static int set_up(struct pair *pair, struct result *r)
{
	pair->own = malloc(sizeof(struct pinned));
	if (!pair->own)
		return result_errno(r, "malloc(pinned)");
	return pinned_open(pair->own, r);
}

static int enter(struct pair *pair, struct result *r)
{
	return pinned_begin(pair->own, pair->press, r);
}

static int judge(struct pair *pair, struct result *r)
{
	int ret = pinned_judge(pair->own, pair->press, pair->after, r);

	if (!ret)
		pair->judged += pair->press->nr_pages;
	return pinned_end(pair->own, r) ? -1 : ret;
}

static void tear_down(struct pair *pair)
{
	if (pair->own)
		pinned_close(pair->own);
	free(pair->own);
}

const struct page_state state_pinned = {
	.name = "pinned",
	.keeps_frames = true,
	.missing = missing,
	.set_up = set_up,
	.enter = enter,
	.judge = judge,
	.tear_down = tear_down,
};
