// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of memory that a device has pinned.
 *
 * If the next write here copied such a page, the device would go on using the one
 * that only the child has.  So fork() gives the copy to the child: here the frame
 * must stay, and the guest must read what the device writes.
 */
#include <stdlib.h>

#include "pressure/cow_child.h"
#include "pressure/pinned.h"

static int set_up(struct press *p, struct result *r)
{
	p->state = malloc(sizeof(struct pinned));
	if (!p->state)
		return result_errno(r, "malloc(pinned)");
	return pinned_open(p->state, r) ?: cow_child_prepare(p, r);
}

static void tear_down(struct press *p)
{
	if (p->state)
		pinned_close(p->state);
	free(p->state);
}

static int fork_pinned(struct press *p, struct pinned *pinned, struct result *r)
{
	struct cow_child child;
	int ret;

	if (cow_child_start(&child, p, COW_CHILD_HOLDS, r))
		return -1;
	ret = press_write_all(p, "after fork() of pinned memory", r) ?:
	      pinned_judge(pinned, p, "fork() and writes here", r);
	if (cow_child_end(&child, p, &p->proved, r))
		ret = -1;
	return ret;
}

static int apply_pinned(struct press *p, struct result *r)
{
	struct pinned *pinned = p->state;
	int ret;

	if (pinned_begin(pinned, p, r))
		return -1;
	ret = fork_pinned(p, pinned, r);
	return pinned_end(pinned, r) || ret ? -1 : 0;
}

PRESSURE(cow_fork_pinned) = {
	.name = "fork_pinned",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "io_uring_register(BUFFERS), fork(), IORING_OP_READ_FIXED",
	.events = "protection_page",
	.proof = "page that the child has otherwise",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP),
	.rounds = 2,
	.needs = { uring_missing, memory_advice_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_pinned,
	.tear_down = tear_down,
};
