// SPDX-License-Identifier: GPL-2.0
/*
 * fork() of memory that a device has pinned.
 *
 * If the next write here copied such a page, the device would go on using the one
 * that only the child has.  So fork() gives the copy to the child: here the frame
 * must stay, and the guest must read what the device writes.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory/pagemap.h"
#include "pressure/cow_child.h"
#include "pressure/uring.h"

struct pinned {
	struct uring ring;
	int file;		/* what the device reads from */
	struct remote_access words;
};

static int set_up(struct press *p, struct result *r)
{
	struct pinned *pinned = calloc(1, sizeof(*pinned));

	if (!pinned)
		return result_errno(r, "calloc()");
	p->state = pinned;
	pinned->file = -1;
	if (uring_open(&pinned->ring, r))
		return -1;
	pinned->file = memfd_create("to be read", MFD_CLOEXEC);
	if (pinned->file < 0)
		return result_errno(r, "memfd_create()");
	return cow_child_prepare(p, r);
}

static void tear_down(struct press *p)
{
	struct pinned *pinned = p->state;

	if (!pinned)
		return;
	if (pinned->file >= 0)
		close(pinned->file);
	uring_close(&pinned->ring);
	free(pinned);
}

static int device_writes(struct press *p, struct pinned *pinned, struct result *r)
{
	const size_t size = p->nr_pages * sizeof(guest_u64);

	remote_access_choose(&pinned->words, p);
	if (pwrite(pinned->file, pinned->words.value, size, 0) != (ssize_t)size)
		return result_errno(r, "pwrite(memfd, %zu)", size);
	if (uring_read(&pinned->ring, pinned->file, remote_access_place(&pinned->words, p, 0),
		       vm_shared(p->vm)->stride, p->nr_pages, r))
		return -1;
	return remote_access_check(&pinned->words, p, "a read by io_uring", r);
}

static int judge_frames(struct press *p, const pagemap_t *before, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, moved;
	pagemap_t *after = pagemap_area(p->area, r);

	if (!after)
		return -1;
	moved = pagemap_moved(before, after, nr);
	free(after);
	if (moved)
		return result_fail(r, CONTRACT_CONTENTS,
				   "%zu of %zu pinned pages were copied here after fork(): the device has the child's",
				   moved, nr);
	return 0;
}

static int fork_pinned(struct press *p, struct pinned *pinned, struct result *r)
{
	pagemap_t *before = pagemap_area(p->area, r);
	struct cow_child child;
	int ret;

	if (!before || cow_child_start(&child, p, COW_CHILD_HOLDS, r)) {
		free(before);
		return -1;
	}
	ret = press_write_all(p, "after fork() of pinned memory", r) ||
	      judge_frames(p, before, r) || device_writes(p, pinned, r) ? -1 : 0;
	if (cow_child_end(&child, p, &p->proved, r))
		ret = -1;
	free(before);
	return ret;
}

static int apply_pinned(struct press *p, struct result *r)
{
	struct pinned *pinned = p->state;
	int ret;

	if (uring_pin(&pinned->ring, p->area, p->budget_ns, r))
		return -1;
	ret = fork_pinned(p, pinned, r);
	return uring_unpin(&pinned->ring, r) || ret ? -1 : 0;
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
