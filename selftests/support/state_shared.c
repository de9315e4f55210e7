// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that are shared copy-on-write with a child.
 *
 * The guest must find in them what it has written, and the child what was there at
 * fork(), whoever takes its page from the other.
 */
#include <stdlib.h>

#include "support/page_state.h"

static int set_up(struct pair *pair, struct result *r)
{
	struct cow_child *child = calloc(1, sizeof(*child));

	if (!child)
		return result_errno(r, "calloc(child)");
	child->fd = -1;
	pair->own = child;
	return cow_child_prepare(pair->press, r);
}

static int enter(struct pair *pair, struct result *r)
{
	return cow_child_start(pair->own, pair->press, COW_CHILD_HOLDS, r);
}

static int judge(struct pair *pair, struct result *r)
{
	int ret = press_write_all(pair->press, "with its pages shared with a child", r);

	return cow_child_end(pair->own, pair->press, &pair->judged, r) ? -1 : ret;
}

static void tear_down(struct pair *pair)
{
	if (pair->own)
		cow_child_kill(pair->own);
	free(pair->own);
}

const struct page_state state_shared = {
	.name = "shared",
	.missing = memory_advice_missing,
	.set_up = set_up,
	.enter = enter,
	.judge = judge,
	.tear_down = tear_down,
};
