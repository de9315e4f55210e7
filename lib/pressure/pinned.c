// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring in the part of a device that has guest memory pinned.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pressure/pinned.h"

int pinned_open(struct pinned *pinned, struct result *r)
{
	*pinned = (struct pinned) { .file = -1 };
	if (uring_open(&pinned->ring, r))
		return -1;
	pinned->file = memfd_create("to be read", MFD_CLOEXEC);
	if (pinned->file < 0)
		return result_errno(r, "memfd_create()");
	return 0;
}

void pinned_close(struct pinned *pinned)
{
	if (pinned->file >= 0)
		close(pinned->file);
	uring_close(&pinned->ring);
	free(pinned->frames);
	pinned->frames = NULL;
}

int pinned_begin(struct pinned *pinned, struct press *p, struct result *r)
{
	if (uring_pin(&pinned->ring, p->area, p->budget_ns, r))
		return -1;
	pinned->frames = pagemap_area(p->area, r);
	if (pinned->frames)
		return 0;
	pinned_end(pinned, r);
	return -1;
}

int pinned_end(struct pinned *pinned, struct result *r)
{
	free(pinned->frames);
	pinned->frames = NULL;
	return uring_unpin(&pinned->ring, r);
}

static int device_writes(struct pinned *pinned, struct press *p, struct result *r)
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

int pinned_judge(struct pinned *pinned, struct press *p, const char *after, struct result *r)
{
	size_t nr = p->area->size / PAGE_BYTES, moved;
	pagemap_t *now = pagemap_area(p->area, r);

	if (!now)
		return -1;
	moved = pagemap_moved(pinned->frames, now, nr);
	free(now);
	if (moved)
		return result_fail(r, CONTRACT_CONTENTS,
				   "%zu of %zu pinned pages have other frames after %s: not the device's",
				   moved, nr, after);
	return device_writes(pinned, p, r);
}
