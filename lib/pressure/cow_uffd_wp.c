// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd, write protection: a snapshot of a running guest.
 */
#include <stdlib.h>

#include "pressure/uffd_snapshot.h"
#include "pressure/userfault.h"

static int set_up_snapshot(struct press *p, struct result *r)
{
	p->state = calloc(1, sizeof(struct uffd_snapshot));
	if (!p->state)
		return result_errno(r, "calloc(snapshot)");
	return uffd_snapshot_open(p->state, p, r);
}

static void tear_down_snapshot(struct press *p)
{
	if (p->state)
		uffd_snapshot_close(p->state);
	free(p->state);
}

static int run_snapshot(struct press *p, struct uffd *u, struct result *r)
{
	struct uffd_snapshot *s = p->state;

	if (uffd_snapshot_protect(s, u, r) || uffd_snapshot_hold(s, u, r) ||
	    uffd_snapshot_take(s, u, r))
		return -1;
	p->proved += s->nr_copied;
	return 0;
}

static int apply_snapshot(struct press *p, struct result *r)
{
	const struct userfault snapshot = {
		.features = uffd_snapshot_features(p),
		.mode = UFFDIO_REGISTER_MODE_WP,
		.resolve = uffd_snapshot_resolve,
		.owner = p->state,
		.run = run_snapshot,
	};

	return userfault_round(p, &snapshot, r);
}

PRESSURE(cow_uffd_wp) = {
	.name = "uffd_wp",
	.family = PRESSURE_COW,
	.calls = "UFFDIO_WRITEPROTECT of all pages, of each page no more at its first write",
	.since = UFFD_SNAPSHOT_SINCE,
	.events = "protection_vma",
	.proof = "page copied while its first write waited",
	.preserves = ON_EVERY_BACKING & ~ON_DISK,
	.rounds = 2,
	.allows_others = true,
	.needs = { uffd_missing, uffd_snapshot_missing },
	.set_up = set_up_snapshot,
	.apply = apply_snapshot,
	.tear_down = tear_down_snapshot,
};
