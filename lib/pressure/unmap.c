// SPDX-License-Identifier: GPL-2.0
/*
 * Taking memory away by unmapping it: munmap, mapping over it, discarding it.
 */
#include <errno.h>
#include <sys/mman.h>

#include "pressure/pressure.h"

static int apply_munmap(struct press *p, struct result *r)
{
	return press_gap(p, press_unmap, press_map, r);
}

PRESSURE(unmap_munmap) = {
	.name = "munmap",
	.family = PRESSURE_UNMAP,
	.calls = "munmap(), mmap() at the same address",
	.events = "unmap",
	.preserves = ON_SHARED,
	.discards = ON_PRIVATE,
	.frees = ON_PRIVATE,
	.apply = apply_munmap,
};

static int apply_mmap_fixed(struct press *p, struct result *r)
{
	int ret;

	/*
	 * One call, but two steps in the kernel: between the old mapping going
	 * and the new one coming a fault finds no VMA.
	 */
	vm_gap_open(p->vm);
	ret = area_replace(p->area, r);
	vm_gap_close(p->vm);
	return ret;
}

PRESSURE(unmap_mmap_fixed) = {
	.name = "mmap_fixed",
	.family = PRESSURE_UNMAP,
	.calls = "mmap(MAP_FIXED) over the area",
	.events = "unmap",
	.discards = ON_PRIVATE & ~ON_PRIVATE_FILE,
	.replaces = ON_SHARED | ON_PRIVATE_FILE,
	.frees = ON_PRIVATE,
	.extra = ON_DAX,
	.apply = apply_mmap_fixed,
};

PRESSURE(unmap_madvise_dontneed) = {
	.name = "madvise_dontneed",
	.family = PRESSURE_UNMAP,
	.calls = "madvise(MADV_DONTNEED)",
	.events = "clear",
	/* The pages stay in the file. */
	.preserves = ON_SHARED,
	.discards = ON_PRIVATE,
	.frees = ON_PRIVATE,
	.extra = ON_DAX,
	.can_join = true,
	.needs = { memory_advice_missing },
	.apply = press_dontneed,
};
