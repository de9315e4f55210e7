// SPDX-License-Identifier: GPL-2.0
/*
 * Moving memory to other addresses: away and back, or away for good, with the
 * old addresses left mapped.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "memory/pagemap.h"
#include "pressure/pressure.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif

static int move(const struct area *area, char *from, char *to, struct result *r)
{
	if (mremap(from, area->size, area->size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   to) != MAP_FAILED)
		return 0;
	if (errno == EINVAL && backing_bit(area->backing) & ON_HUGETLB)
		return result_skip(r, "mremap() of hugetlb: kernel before v5.16");
	return result_errno(r, "mremap(%p, %zu, to %p)", from, area->size, to);
}

/* That the pages are there now: when they are back, nothing shows that they were away. */
static int move_away(struct press *p, struct result *r)
{
	struct area there = *p->area;
	pagemap_t *pages;

	there.hva = p->area->aside;
	if (move(p->area, p->area->hva, there.hva, r))
		return -1;
	pages = pagemap_area(&there, r);
	if (!pages)
		return -1;
	p->proved += pagemap_count(pages, there.size / PAGE_BYTES,
				     PAGEMAP_PRESENT | PAGEMAP_SWAPPED);
	free(pages);
	return 0;
}

static int move_back(struct press *p, struct result *r)
{
	return move(p->area, p->area->aside, p->area->hva, r);
}

static int apply_mremap(struct press *p, struct result *r)
{
	return press_gap(p, move_away, move_back, r);
}

PRESSURE(unmap_mremap) = {
	.name = "mremap",
	.family = PRESSURE_UNMAP,
	.calls = "mremap() away and back",
	.events = "unmap",
	.proof = "page at the other addresses",
	.preserves = ON_EVERY_BACKING,
	.extra = BACKING_BIT(BACKING_DAX_PRIVATE),
	.needs = { pagemap_missing },
	.apply = apply_mremap,
};

/*
 * Small pages that fill a whole page table are not moved one by one: the
 * table is.  Huge pages have none, and move as in the row above.
 */
PRESSURE(unmap_mremap_pmd) = {
	.name = "mremap_pmd",
	.family = PRESSURE_UNMAP,
	.calls = "mremap() of whole page tables of small pages, away and back",
	.events = "unmap",
	.proof = "page at the other addresses",
	.preserves = ON_EVERY_BACKING & ~ON_HUGETLB & ~ON_THP,
	.extra = ON_DAX,
	.granule = HUGE_BYTES,
	.needs = { pagemap_missing },
	.apply = apply_mremap,
};

static int apply_dontunmap(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	/* The VMA stays, so that the guest can fault at any time. */
	if (mremap(a->hva, a->size, a->size,
		   MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, a->aside) == MAP_FAILED) {
		if (errno == EINVAL && a->fd >= 0)
			return result_skip(r, "mremap(MREMAP_DONTUNMAP) of a file: kernel before v5.13");
		return result_errno(r, "mremap(%p, %zu, MREMAP_DONTUNMAP, to %p)", a->hva,
				    a->size, a->aside);
	}
	if (munmap(a->aside, a->size))
		return result_errno(r, "munmap(%p, %zu)", a->aside, a->size);
	return 0;
}

PRESSURE(unmap_mremap_dontunmap) = {
	.name = "mremap_dontunmap",
	.family = PRESSURE_UNMAP,
	.calls = "mremap(MREMAP_DONTUNMAP) away, munmap() there",
	.events = "unmap",
	/* The kernel refuses hugetlb: its VMAs may not grow. */
	.preserves = ON_SHARED & ~ON_HUGETLB,
	.discards = ON_PRIVATE & ~ON_HUGETLB,
	.frees = ON_PRIVATE & ~ON_HUGETLB,
	.extra = ON_DAX,
	.apply = apply_dontunmap,
};
