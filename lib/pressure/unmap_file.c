// SPDX-License-Identifier: GPL-2.0
/*
 * Removing the pages from the file behind the mapping: by punching holes, by
 * truncating.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pressure/pressure.h"

#define ON_FILE		(ON_SHARED | ON_PRIVATE_FILE)
/* What is persistent goes back to its filesystem. */
#define FREED(set)	((set) & ~BACKING_BIT(BACKING_DAX))

static int punched(const char *call, struct result *r)
{
	if (errno == EOPNOTSUPP)
		return result_skip(r, "%s: the filesystem cannot punch holes", call);
	return result_errno(r, "%s", call);
}

static int apply_remove(struct press *p, struct result *r)
{
	return madvise(p->area->hva, p->area->size, MADV_REMOVE) ?
	       punched("madvise(MADV_REMOVE)", r) : 0;
}

PRESSURE(unmap_madvise_remove) = {
	.name = "madvise_remove",
	.family = PRESSURE_UNMAP,
	.calls = "madvise(MADV_REMOVE)",
	.events = "clear unmap",
	/* Private mappings are refused with EACCES. */
	.discards = ON_SHARED,
	.frees = FREED(ON_SHARED),
	.extra = ON_DAX,
	.allows_others = true,
	.needs = { memory_advice_missing },
	.apply = apply_remove,
};

static int apply_punch(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	return fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			 area_file_offset(a), a->size) ?
	       punched("fallocate(FALLOC_FL_PUNCH_HOLE)", r) : 0;
}

PRESSURE(unmap_fallocate_punch) = {
	.name = "fallocate_punch",
	.family = PRESSURE_UNMAP,
	.calls = "fallocate(FALLOC_FL_PUNCH_HOLE)",
	.events = "clear unmap",
	/* A private copy outlives the page it was copied from. */
	.preserves = ON_PRIVATE_FILE,
	.discards = ON_SHARED,
	.frees = FREED(ON_SHARED),
	.can_join = true,
	.apply = apply_punch,
};

static int resize(const struct area *a, off_t size, struct result *r)
{
	if (ftruncate(a->fd, size))
		return result_errno(r, "ftruncate(%s, %lld)", a->backing->name,
				    (long long)size);
	return 0;
}

/* Mapped, but behind the end of the file: faults end in SIGBUS. */
static int truncate_before(struct press *p, struct result *r)
{
	return resize(p->area, area_file_offset(p->area), r);
}

static int extend(struct press *p, struct result *r)
{
	return resize(p->area, 2 * p->area->size, r);
}

static int apply_ftruncate(struct press *p, struct result *r)
{
	return press_gap(p, truncate_before, extend, r);
}

PRESSURE(unmap_ftruncate) = {
	.name = "ftruncate",
	.family = PRESSURE_UNMAP,
	.calls = "ftruncate() to before the area and back",
	.events = "clear unmap",
	/* Private copies go too. */
	.discards = ON_FILE,
	.frees = FREED(ON_FILE),
	.apply = apply_ftruncate,
};
