// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that are swapped out, shared copy-on-write with a child, or both.
 *
 * The guest must find in them what it has written, and the child what was there at
 * fork(), whoever takes its page from the other, or its place in swap.
 */
#include <stdlib.h>

#include "memory/pagemap.h"
#include "pressure/reclaim.h"
#include "support/page_state.h"

struct away {
	struct hoststate host;	/* a swap device of the state's own */
	struct cow_child child;
	unsigned int out;	/* pages that were swapped out */
};

static const char *swapped_missing(void)
{
	return reclaim_pageout_missing() ?: pagemap_missing() ?: swap_missing();
}

static int set_up_host(struct pair *pair, const char *changes, struct result *r)
{
	struct away *own = calloc(1, sizeof(*own));

	if (!own)
		return result_errno(r, "calloc(away)");
	pair->own = own;
	own->host.fd = -1;
	own->child.fd = -1;
	return hoststate_open(&own->host, changes, r);
}

static int set_up_swapped(struct pair *pair, struct result *r)
{
	struct away *own;
	char device[32];

	if (set_up_host(pair, SWAP_MAY_CHANGE, r))
		return -1;
	own = pair->own;
	return swap_start(&own->host, RECLAIM_SWAP_BYTES, device, sizeof(device), r);
}

static int set_up_shared(struct pair *pair, struct result *r)
{
	return set_up_host(pair, NULL, r) ?: cow_child_prepare(pair->press, r);
}

static int set_up_both(struct pair *pair, struct result *r)
{
	return set_up_swapped(pair, r) ?: cow_child_prepare(pair->press, r);
}

/* As many as reclaim takes at once, with the guest kept out. */
static int enter_swapped(struct pair *pair, struct result *r)
{
	struct press *p = pair->press;
	struct away *own = pair->own;
	uint64_t proved = p->proved;
	int ret;

	if (pair_keep_out(pair, r))
		return -1;
	ret = reclaim_until_out(p, reclaim_pageout, r) ?: reclaim_count_out(p, &own->out, r);
	p->proved = proved;
	if (!ret && !own->out)
		return result_skip(r, "none of the pages can be swapped out");
	return ret;
}

static int enter_shared(struct pair *pair, struct result *r)
{
	struct away *own = pair->own;

	return cow_child_start(&own->child, pair->press, COW_CHILD_HOLDS, r);
}

/* The child reads all: what is in swap is in memory for it, and not for us. */
static int enter_both(struct pair *pair, struct result *r)
{
	return enter_swapped(pair, r) ?: enter_shared(pair, r);
}

static int judge_swapped(struct pair *pair, struct result *r)
{
	const struct away *own = pair->own;

	pair_let_in(pair);
	if (press_write_all(pair->press, "with its pages swapped out", r))
		return -1;
	pair->judged += own->out;
	return 0;
}

static int judge_shared(struct pair *pair, struct result *r)
{
	struct away *own = pair->own;
	int ret;

	pair_let_in(pair);
	ret = press_write_all(pair->press, "with its pages shared with a child", r);
	return cow_child_end(&own->child, pair->press, &pair->judged, r) ? -1 : ret;
}

static void tear_down(struct pair *pair)
{
	struct away *own = pair->own;

	if (!own)
		return;
	cow_child_kill(&own->child);
	hoststate_close(&own->host);
	free(own);
}

const struct page_state state_swapped = {
	.name = "swapped",
	.keeps_frames = true,
	.missing = swapped_missing,
	.set_up = set_up_swapped,
	.enter = enter_swapped,
	.judge = judge_swapped,
	.tear_down = tear_down,
};

const struct page_state state_shared = {
	.name = "shared",
	.missing = memory_advice_missing,
	.set_up = set_up_shared,
	.enter = enter_shared,
	.judge = judge_shared,
	.tear_down = tear_down,
};

const struct page_state state_shared_swapped = {
	.name = "shared_swapped",
	.missing = swapped_missing,
	.set_up = set_up_both,
	.enter = enter_both,
	.judge = judge_shared,
	.tear_down = tear_down,
};
