// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that KSM has merged with others of equal contents, as of another guest.
 *
 * The guest must find in them what was there, and get one of its own when it writes: what
 * it was merged with stays as it was, whatever has come to the page that both had.
 */
#include <stdlib.h>

#include "memory/pagemap.h"
#include "pressure/ksm.h"
#include "support/page_state.h"

struct merged {
	struct hoststate host;
	struct ksm ksm;
	unsigned int nr;	/* pages that are merged */
};

static const char *missing(void)
{
	return ksm_missing() ?: memory_advice_missing() ?: pagemap_missing();
}

static int set_up(struct pair *pair, struct result *r)
{
	struct merged *own = calloc(1, sizeof(*own));

	if (!own)
		return result_errno(r, "calloc(merged)");
	pair->own = own;
	own->host.fd = -1;
	if (hoststate_open(&own->host, KSM_MAY_CHANGE, r))
		return -1;
	return ksm_open(&own->ksm, pair->press, &own->host, r);
}

static int enter(struct pair *pair, struct result *r)
{
	struct merged *own = pair->own;

	if (pair_keep_out(pair, r) ||
	    ksm_merge(&own->ksm, pair->press->nr_pages, &own->nr, r))
		return -1;
	return ksm_run(&own->ksm, KSM_STOP, r);
}

static int judge(struct pair *pair, struct result *r)
{
	struct merged *own = pair->own;

	pair_let_in(pair);
	if (press_write_all(pair->press, "with its pages merged", r) ||
	    ksm_judge_twins(&own->ksm, r))
		return -1;
	pair->judged += own->nr;
	return 0;
}

static void tear_down(struct pair *pair)
{
	struct merged *own = pair->own;

	if (!own)
		return;
	ksm_close(&own->ksm);
	hoststate_close(&own->host);
	free(own);
}

const struct page_state state_merged = {
	.name = "merged",
	.keeps_frames = true,
	.missing = missing,
	.set_up = set_up,
	.enter = enter,
	.judge = judge,
	.tear_down = tear_down,
};
