// SPDX-License-Identifier: GPL-2.0
/*
 * Unmapping one half and then the other, so that huge pages are split and what is
 * left of them is PTE-mapped.
 */
#include <sys/mman.h>

#include "memory/smaps.h"
#include "pressure/pressure.h"

/* The first (0) or the second half of each huge page, or of a smaller area. */
static int unmap_half(const struct area *a, unsigned int half, struct result *r)
{
	size_t piece = a->size < HUGE_BYTES ? a->size : HUGE_BYTES;
	size_t at;

	for (at = half * piece / 2; at < a->size; at += piece) {
		if (munmap(a->hva + at, piece / 2))
			return result_errno(r, "munmap(%p, %zu)", a->hva + at, piece / 2);
	}
	return 0;
}

static int unmap_both(struct press *p, struct result *r)
{
	size_t before = 0, after = 0;

	if (p->row->proof && smaps_huge(p->area, &before, r))
		return -1;
	if (unmap_half(p->area, 0, r))
		return -1;
	if (p->row->proof && smaps_huge(p->area, &after, r))
		return -1;
	p->proved += (before - after) / HUGE_BYTES;
	return unmap_half(p->area, 1, r);
}

/* All is mapped again in one piece, which can be huge again. */
static int apply_munmap_half(struct press *p, struct result *r)
{
	return press_gap(p, unmap_both, press_map, r);
}

/* A part of a page of hugetlb cannot be unmapped. */
PRESSURE(unmap_munmap_half) = {
	.name = "munmap_half",
	.family = PRESSURE_UNMAP,
	.calls = "munmap() of one half and of the other, mmap() of both",
	.events = "unmap",
	.preserves = ON_SHARED & ~ON_HUGETLB & ~ON_THP,
	.discards = ON_PRIVATE & ~ON_HUGETLB & ~ON_THP,
	.frees = ON_PRIVATE & ~ON_HUGETLB & ~ON_THP,
	.extra = ON_DAX,
	.apply = apply_munmap_half,
};

PRESSURE(unmap_munmap_half_thp) = {
	.name = "munmap_half_thp",
	.family = PRESSURE_UNMAP,
	.calls = "munmap() of one half of each huge page and of the other, mmap() of both",
	.events = "unmap clear",
	.proof = "huge page split",
	.preserves = ON_SHARED & ON_THP,
	.discards = ON_PRIVATE & ON_THP,
	.frees = ON_PRIVATE & ON_THP,
	.granule = HUGE_BYTES,
	.apply = apply_munmap_half,
};
