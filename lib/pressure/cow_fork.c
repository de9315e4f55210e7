// SPDX-License-Identifier: GPL-2.0
/*
 * fork(): all of the guest's memory becomes shared with a child, and whoever
 * writes first gets a copy.
 *
 * fork() makes the memory read-only, for the guest too; the page that a write then
 * brings in has another frame.  A write through a stale translation goes to the
 * child, and a read through one never sees what is written here.
 */
#include <stdlib.h>

#include "base/deadline.h"
#include "memory/pagemap.h"
#include "oracle/oracle.h"
#include "pressure/cow_child.h"

/* Once copied on write, huge pages are in small pieces. */
#define COPIED		ON_PRIVATE
/* Private copies of files are all alike: one kind will do. */
#define COPIED_ALIKE	(COPIED & ~ON_DISK)
#define MAX_CHILDREN	3
#define ROUNDS		2

static int start_all(struct cow_child *children, const enum cow_child_job *jobs, unsigned int nr,
		     struct press *p, struct result *r)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!cow_child_start(&children[i], p, jobs[i], r))
			continue;
		while (i--)
			cow_child_kill(&children[i]);
		return -1;
	}
	return 0;
}

static int fork_and_write(struct press *p, const enum cow_child_job *jobs, unsigned int nr,
			  struct result *r)
{
	struct cow_child children[MAX_CHILDREN];
	unsigned int i;
	int ret;

	if (start_all(children, jobs, nr, p, r))
		return -1;
	ret = press_write_all(p, "after fork()", r);
	/* Also when the guest is wrong: what came through to a child says why. */
	for (i = 0; i < nr; i++) {
		if (cow_child_end(&children[i], p, &p->proved, r))
			ret = -1;
	}
	return ret;
}

static int apply_hold(struct press *p, struct result *r)
{
	return fork_and_write(p, (enum cow_child_job[]){ COW_CHILD_HOLDS }, 1, r);
}

PRESSURE(cow_fork_hold) = {
	.name = "fork_hold",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() of a child that does nothing",
	.events = "protection_page clear",
	.proof = "page that the child has otherwise",
	.preserves = COPIED,
	.frees = COPIED,
	.rounds = ROUNDS,
	.needs = { memory_advice_missing },
	.set_up = cow_child_prepare,
	.apply = apply_hold,
};

static int apply_read(struct press *p, struct result *r)
{
	return fork_and_write(p, (enum cow_child_job[]){ COW_CHILD_READS }, 1, r);
}

PRESSURE(cow_fork_read) = {
	.name = "fork_read",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() of a child that reads all the while",
	.events = "protection_page clear",
	.proof = "page that the child has otherwise",
	.preserves = COPIED_ALIKE,
	.frees = COPIED_ALIKE,
	.rounds = ROUNDS,
	.needs = { memory_advice_missing },
	.set_up = cow_child_prepare,
	.apply = apply_read,
};

static int apply_write(struct press *p, struct result *r)
{
	return fork_and_write(p, (enum cow_child_job[]){ COW_CHILD_WRITES }, 1, r);
}

PRESSURE(cow_fork_write) = {
	.name = "fork_write",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() of a child that writes over its copy",
	.events = "protection_page clear",
	.proof = "page that the child has otherwise",
	.preserves = COPIED,
	.rounds = ROUNDS,
	.needs = { memory_advice_missing },
	.set_up = cow_child_prepare,
	.apply = apply_write,
};

static int apply_many(struct press *p, struct result *r)
{
	static const enum cow_child_job jobs[MAX_CHILDREN] = {
		COW_CHILD_HOLDS, COW_CHILD_WRITES, COW_CHILD_READS,
	};

	return fork_and_write(p, jobs, MAX_CHILDREN, r);
}

PRESSURE(cow_fork_many) = {
	.name = "fork_many",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() of three children, one of which writes, one reads",
	.events = "protection_page clear",
	.proof = "page that a child has otherwise",
	.preserves = COPIED_ALIKE,
	.frees = COPIED_ALIKE,
	.rounds = ROUNDS,
	.needs = { memory_advice_missing },
	.set_up = cow_child_prepare,
	.apply = apply_many,
};

static int apply_splice(struct press *p, struct result *r)
{
	return fork_and_write(p, (enum cow_child_job[]){ COW_CHILD_SPLICES }, 1, r);
}

PRESSURE(cow_fork_splice) = {
	.name = "fork_splice",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() of a child that keeps the pages in a pipe only: vmsplice(), munmap()",
	.events = "protection_page clear",
	.proof = "page that the child has otherwise",
	/* Before v5.19 a huge page does not count who holds it so, and is not copied. */
	.preserves = COPIED_ALIKE & ~ON_THP & ~ON_HUGETLB,
	.frees = COPIED_ALIKE & ~ON_THP & ~ON_HUGETLB,
	.rounds = ROUNDS,
	.needs = { memory_advice_missing },
	.set_up = cow_child_prepare,
	.apply = apply_splice,
};

/* Some pages are written before, the others while the child goes. */
static void write_and_leave(struct press *p, struct cow_child *child)
{
	uint64_t visits = progress_visits(p->vm) + p->nr_pages / 2;
	struct deadline deadline;
	unsigned int i;

	if (!press_host_writes(p)) {
		deadline_start(&deadline, p->budget_ns);
		while (progress_visits(p->vm) < visits && deadline_poll(&deadline))
			;
		cow_child_leave(child);
		return;
	}
	for (i = 0; i < p->nr_pages; i++) {
		if (i == p->nr_pages / 2)
			cow_child_leave(child);
		guest_store(press_page(p, i), coherence_next(p->coherence, i));
	}
	coherence_published(p->coherence);
}

/* A page is copied, or not shared any more and kept, whichever comes first. */
static int apply_leave(struct press *p, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES;
	pagemap_t *before = pagemap_area(p->area, r), *after;
	struct cow_child child;
	int ret;

	if (!before || cow_child_start(&child, p, COW_CHILD_HOLDS, r)) {
		free(before);
		return -1;
	}
	write_and_leave(p, &child);
	ret = press_visited(p, "after the end of a child", r);
	cow_child_kill(&child);
	after = ret ? NULL : pagemap_area(p->area, r);
	if (after)
		p->proved += pagemap_moved(before, after, nr);
	else
		ret = -1;
	free(before);
	free(after);
	return ret;
}

PRESSURE(cow_fork_leave) = {
	.name = "fork_leave",
	.family = PRESSURE_COW,
	.plain = true,
	.calls = "fork() of a child that exits meanwhile",
	.events = "protection_page clear",
	.proof = "page frame changed",
	.preserves = COPIED_ALIKE,
	.frees = COPIED_ALIKE,
	.rounds = ROUNDS,
	.needs = { memory_advice_missing, pagemap_missing },
	.set_up = cow_child_prepare,
	.apply = apply_leave,
};
