// SPDX-License-Identifier: GPL-2.0
/*
 * Resolving userfaults: what is put in place, and what a refusal means.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "base/deadline.h"
#include "memory/uffd.h"

/* For those who came while somebody else was resolving it. */
static int wake(struct uffd *u, char *addr, size_t size, struct result *r)
{
	struct uffdio_range range = { .start = (uintptr_t)addr, .len = size };

	if (ioctl(u->fd, UFFDIO_WAKE, &range))
		return result_errno(r, "UFFDIO_WAKE(%p, %zu)", (void *)addr, size);
	return 0;
}

/* After a call that failed.  Return: 1 make it again, 0 it is done, -1 an error. */
static int refused(struct uffd *u, const char *call, char *addr, size_t size,
		   struct deadline *deadline, struct result *r)
{
	int err = errno;

	if (err == EEXIST)
		return wake(u, addr, size, r);
	if ((err == EAGAIN || err == EBUSY) && deadline_poll(deadline))
		return 1;
	errno = err;
	return result_errno(r, "%s(%p, %zu)", call, (void *)addr, size);
}

static int put(struct uffd *u, const char *call, unsigned long request, void *arg,
	       char *addr, size_t size, struct result *r)
{
	struct deadline deadline;
	int again;

	deadline_start(&deadline, u->budget_ns);
	do {
		if (!ioctl(u->fd, request, arg))
			return 0;
		again = refused(u, call, addr, size, &deadline, r);
	} while (again > 0);
	return again;
}

int uffd_copy(struct uffd *u, char *addr, const char *from, size_t size, struct result *r)
{
	struct uffdio_copy copy = {
		.dst = (uintptr_t)addr, .src = (uintptr_t)from, .len = size,
	};

	return put(u, "UFFDIO_COPY", UFFDIO_COPY, &copy, addr, size, r);
}

int uffd_zero(struct uffd *u, char *addr, size_t size, struct result *r)
{
	struct uffdio_zeropage zero = {
		.range = { .start = (uintptr_t)addr, .len = size },
	};

	return put(u, "UFFDIO_ZEROPAGE", UFFDIO_ZEROPAGE, &zero, addr, size, r);
}

int uffd_continue(struct uffd *u, char *addr, size_t size, struct result *r)
{
	struct uffdio_continue go_on = {
		.range = { .start = (uintptr_t)addr, .len = size },
	};

	return put(u, "UFFDIO_CONTINUE", UFFDIO_CONTINUE, &go_on, addr, size, r);
}

int uffd_poison(struct uffd *u, char *addr, size_t size, struct result *r)
{
	struct uffdio_poison poison = {
		.range = { .start = (uintptr_t)addr, .len = size },
	};

	return put(u, "UFFDIO_POISON", UFFDIO_POISON, &poison, addr, size, r);
}

int uffd_protect(struct uffd *u, char *addr, size_t size, bool protect, struct result *r)
{
	struct uffdio_writeprotect wp = {
		.range = { .start = (uintptr_t)addr, .len = size },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};
	size_t at;

	if (!ioctl(u->fd, UFFDIO_WRITEPROTECT, &wp))
		return 0;
	if (errno != ENOENT)
		return put(u, "UFFDIO_WRITEPROTECT", UFFDIO_WRITEPROTECT, &wp, addr, size, r);
	/* 6.1 wants all in one VMA, and somebody may have split that, at each page if need be. */
	wp.range.len = u->unit;
	for (at = 0; at < size; at += u->unit) {
		wp.range.start = (uintptr_t)addr + at;
		if (put(u, "UFFDIO_WRITEPROTECT", UFFDIO_WRITEPROTECT, &wp, addr + at, u->unit, r))
			return -1;
	}
	return 0;
}

int uffd_move(struct uffd *u, char *to, char *from, size_t size, struct result *r)
{
	struct deadline deadline;
	int again;

	deadline_start(&deadline, u->budget_ns);
	while (size) {
		struct uffdio_move move = {
			.dst = (uintptr_t)to, .src = (uintptr_t)from, .len = size,
			.mode = UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES,
		};

		if (!ioctl(u->fd, UFFDIO_MOVE, &move))
			return 0;
		/* Some of it is done: go on from there. */
		if (errno == EAGAIN && move.move > 0) {
			to += move.move;
			from += move.move;
			size -= move.move;
			continue;
		}
		again = refused(u, "UFFDIO_MOVE", to, size, &deadline, r);
		if (again <= 0)
			return again;
	}
	return 0;
}
