// SPDX-License-Identifier: GPL-2.0
/*
 * Areas: reserving addresses, mapping, unmapping and replacing guest memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory/memory.h"

/*
 * The kernel places mappings top-down from the stack.  This far below, nothing
 * else comes unasked, also while a test holds an unmapped gap open.
 */
#define AREA_FIRST	0x100000000000UL
#define AREA_STEP	(1UL << 30)
#define AREA_TRIES	64

#define PROT_GUEST	(PROT_READ | PROT_WRITE)

static off_t half_offset(const struct area *a, size_t half)
{
	return (off_t)(half * a->size);
}

static int advise(const struct area *a, char *addr, size_t size, struct result *r)
{
	/* A kernel without huge pages, or without advice, needs none against them. */
	if (madvise(addr, size, a->backing->advice) &&
	    !((errno == EINVAL || errno == ENOSYS) &&
	      a->backing->advice == MADV_NOHUGEPAGE))
		return result_errno(r, "madvise(%p, %zu, %d)", addr, size,
				    a->backing->advice);
	return 0;
}

static int map_at(struct area *a, int fixed, struct result *r)
{
	off_t offset = a->fd < 0 ? 0 : area_file_offset(a);
	void *p = mmap(a->hva, a->size, PROT_GUEST, a->backing->flags | fixed, a->fd, offset);

	if (p == MAP_FAILED)
		return result_errno(r, "mmap(%p, %zu, %s)", a->hva, a->size,
				    a->backing->name);
	if (p != a->hva)
		return result_error(r, "mmap(%p) landed at %p: kernel before v4.17?",
				    a->hva, p);
	return advise(a, a->hva, a->size, r);
}

/* Addresses for the area, as many to move it to, and for both halves of a file. */
static int reserve(struct area *a, struct result *r)
{
	size_t bytes = (a->backing->open_file ? 4 : 2) * a->size;
	size_t span = (bytes + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1);
	char *hint = (char *)AREA_FIRST;
	void *p;
	int i;

	for (i = 0; i < AREA_TRIES; i++, hint += AREA_STEP) {
		p = mmap(hint, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
			 MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
		if (p == hint)
			break;
		if (p != MAP_FAILED)
			munmap(p, span);
		else if (errno != EEXIST)
			return result_errno(r, "mmap(%p, %zu, PROT_NONE)", hint, span);
	}
	if (i == AREA_TRIES)
		return result_error(r, "no free addresses from %#lx for %zu bytes",
				    AREA_FIRST, span);
	if (munmap(hint, span))
		return result_errno(r, "munmap(%p, %zu)", hint, span);
	a->hva = hint;
	a->aside = hint + a->size;
	return 0;
}

static int open_file(struct area *a, struct result *r)
{
	void *view;

	a->fd = a->backing->open_file(r);
	if (a->fd < 0)
		return -1;
	if (ftruncate(a->fd, half_offset(a, 2)))
		return result_errno(r, "ftruncate(%s, %zu)", a->backing->name, 2 * a->size);
	/* What is written here first must be as huge as if the guest had come first. */
	view = mmap(a->aside + a->size, 2 * a->size, PROT_GUEST,
		    MAP_SHARED | MAP_FIXED_NOREPLACE, a->fd, 0);
	if (view == MAP_FAILED)
		return result_errno(r, "mmap(%s, %zu)", a->backing->name, 2 * a->size);
	a->file_view = view;
	return advise(a, view, 2 * a->size, r);
}

int area_create(struct area *a, const struct backing *backing, size_t size,
		struct result *r)
{
	const char *missing = backing->missing ? backing->missing() : NULL;

	memset(a, 0, sizeof(*a));
	a->fd = -1;
	if (missing)
		return result_skip(r, "backing %s: %s", backing->name, missing);
	a->backing = backing;
	a->size = (size + backing->granule - 1) & ~(backing->granule - 1);
	if (memory_available(a->size, r) || reserve(a, r) || (backing->open_file && open_file(a, r)) ||
	    map_at(a, MAP_FIXED_NOREPLACE, r)) {
		area_destroy(a);
		return -1;
	}
	return 0;
}

void area_destroy(struct area *a)
{
	if (!a->backing)
		return;
	if (a->hva)
		munmap(a->hva, 2 * a->size);
	if (a->file_view)
		munmap(a->file_view, 2 * a->size);
	if (a->fd >= 0)
		close(a->fd);
	memset(a, 0, sizeof(*a));
	a->fd = -1;
}

int area_map(struct area *a, struct result *r)
{
	return map_at(a, MAP_FIXED_NOREPLACE, r);
}

int area_replace(struct area *a, struct result *r)
{
	a->file_half ^= a->fd >= 0;
	return map_at(a, MAP_FIXED, r);
}

int area_unmap(struct area *a, struct result *r)
{
	if (munmap(a->hva, a->size))
		return result_errno(r, "munmap(%p, %zu)", a->hva, a->size);
	return 0;
}

int area_dontneed(const struct area *a, void *at, size_t size, struct result *r)
{
	if (!madvise(at, size, MADV_DONTNEED))
		return 0;
	if (errno == EINVAL && backing_bit(a->backing) & ON_HUGETLB)
		return result_skip(r, "madvise(MADV_DONTNEED) of hugetlb: kernel before v5.18");
	return result_errno(r, "madvise(%p, %zu, MADV_DONTNEED)", at, size);
}

off_t area_file_offset(const struct area *a)
{
	return half_offset(a, a->file_half);
}

char *area_other_half(const struct area *a)
{
	return a->file_view + half_offset(a, !a->file_half);
}

int area_empty_other_half(struct area *a, struct result *r)
{
	if (fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      half_offset(a, !a->file_half), a->size))
		return result_errno(r, "fallocate(PUNCH_HOLE, %zu)", a->size);
	return 0;
}
