// SPDX-License-Identifier: GPL-2.0
/*
 * Pages that are write-protected by userfaultfd.
 *
 * Wherever the page goes, its protection goes along: the first write must still find
 * the handler, who copies what was there when all was protected.  Unless the mapping
 * itself is no longer registered: then none of it may be left.
 */
#include <stdlib.h>

#include "host/release.h"
#include "memory/pagemap.h"
#include "pressure/uffd_snapshot.h"
#include "pressure/userfault.h"
#include "support/page_state.h"

struct protected {
	struct uffd uffd;
	bool open;
	struct uffd_snapshot snapshot;
};

static const char *missing(void)
{
	return uffd_missing() ?: uffd_snapshot_missing() ?: pagemap_missing();
}

static int set_up(struct pair *pair, struct result *r)
{
	struct protected *own = calloc(1, sizeof(*own));

	if (!own)
		return result_errno(r, "calloc(protected)");
	pair->own = own;
	return uffd_snapshot_open(&own->snapshot, pair->press, r);
}

static int enter(struct pair *pair, struct result *r)
{
	struct protected *own = pair->own;
	struct press *p = pair->press;

	if (pair_keep_out(pair, r))
		return -1;
	own->open = true;
	return uffd_open(&own->uffd, uffd_snapshot_features(p), userfault_unit(p), p->budget_ns, r) ||
	       uffd_register(&own->uffd, p->area->hva, p->area->size, UFFDIO_REGISTER_MODE_WP, r) ||
	       uffd_serve(&own->uffd, uffd_snapshot_resolve, &own->snapshot, true, r) ||
	       uffd_snapshot_protect(&own->snapshot, &own->uffd, r) ? -1 : 0;
}

/* As the page table has it, whatever stands there for the page. */
static int judge_bits(struct pair *pair, struct result *r)
{
	unsigned int nr, without, want = pair->clears ? 0 : pair->press->nr_pages;

	if (release_before(5, 14))
		return 0;
	if (press_count_bit(pair->press, PAGEMAP_UFFD_WP, NULL, &nr, &without, r))
		return -1;
	if (nr == want)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "%u pages and not %u are write-protected by userfaultfd after %s",
			   nr, want, pair->after);
}

static int judge_writes(struct pair *pair, struct result *r)
{
	struct protected *own = pair->own;

	if (pair->clears) {
		pair->judged += pair->press->nr_pages;
		return press_visited(pair->press, "with its protection gone", r);
	}
	if (uffd_snapshot_hold(&own->snapshot, &own->uffd, r) ||
	    uffd_snapshot_take(&own->snapshot, &own->uffd, r))
		return -1;
	pair->judged += own->snapshot.nr_copied;
	return 0;
}

static int judge(struct pair *pair, struct result *r)
{
	struct protected *own = pair->own;
	int ret = judge_bits(pair, r);

	pair_let_in(pair);
	/* Also if bits are missing: what the guest's writes do then is what it means. */
	if (judge_writes(pair, r))
		ret = -1;
	own->open = false;
	return uffd_close(&own->uffd, r) ? -1 : ret;
}

static void tear_down(struct pair *pair)
{
	struct protected *own = pair->own;
	struct result ignored;

	if (!own)
		return;
	result_init(&ignored);
	if (own->open)
		uffd_close(&own->uffd, &ignored);
	uffd_snapshot_close(&own->snapshot);
	free(own);
}

const struct page_state state_uffd_protected = {
	.name = "uffd_protected",
	.missing = missing,
	.set_up = set_up,
	.enter = enter,
	.judge = judge,
	.tear_down = tear_down,
};
