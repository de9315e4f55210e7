// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd, minor faults: the page is in the file and not in the page tables,
 * and a thread decides when it may be used again.
 */
#include <stdlib.h>

#include "memory/pagemap.h"
#include "pressure/userfault.h"

static int set_up_minor(struct press *p, struct result *r)
{
	bool huge = backing_bit(p->area->backing) & ON_HUGETLB;

	if (uffd_has(huge ? UFFD_FEATURE_MINOR_HUGETLBFS : UFFD_FEATURE_MINOR_SHMEM))
		return 0;
	return result_skip(r, "no minor userfaults of %s: kernel before %s",
			   p->area->backing->name, huge ? "v5.13" : "v5.14");
}

static int resolve_minor(struct uffd *u, char *unit, struct result *r)
{
	return uffd_continue(u, unit, u->unit, r);
}

static size_t same_frames(const pagemap_t *before, const pagemap_t *after, size_t nr)
{
	size_t i, count = 0;

	for (i = 0; i < nr; i++)
		count += pagemap_pfn(before[i]) &&
			 pagemap_pfn(before[i]) == pagemap_pfn(after[i]);
	return count;
}

static int take_and_give_back(struct press *p, struct uffd *u, struct result *r)
{
	struct stall still;

	if (press_dontneed(p, r))
		return -1;
	stall_begin(&still, p);
	return stall_judge(&still, p, u, USERFAULT_TAKEN, r) ||
	       userfault_release(p, u, 0, r) ? -1 : 0;
}

static int run_minor(struct press *p, struct uffd *u, struct result *r)
{
	pagemap_t *before = pagemap_area(p->area, r), *after = NULL;

	if (before && !take_and_give_back(p, u, r))
		after = pagemap_area(p->area, r);
	if (after)
		p->proved += same_frames(before, after, p->area->size / PAGE_BYTES);
	free(before);
	free(after);
	return after ? 0 : -1;
}

static int apply_minor(struct press *p, struct result *r)
{
	static const struct userfault minor = {
		.mode = UFFDIO_REGISTER_MODE_MINOR,
		.resolve = resolve_minor,
		.run = run_minor,
	};

	return userfault_round(p, &minor, r);
}

PRESSURE(cow_uffd_minor) = {
	.name = "uffd_minor",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_DONTNEED), UFFDIO_CONTINUE",
	.events = "clear",
	.proof = "page given back in its own frame",
	.preserves = ON_SHARED & ~ON_DISK,
	.needs = { memory_advice_missing, uffd_missing, pagemap_missing },
	.set_up = set_up_minor,
	.apply = apply_minor,
};

static int run_minor_again(struct press *p, struct uffd *u, struct result *r)
{
	return userfault_again(p, u, press_dontneed, r);
}

static int apply_minor_again(struct press *p, struct result *r)
{
	static const struct userfault minor_again = {
		.mode = UFFDIO_REGISTER_MODE_MINOR,
		.resolve = resolve_minor,
		.run = run_minor_again,
	};

	return userfault_round(p, &minor_again, r);
}

PRESSURE(cow_uffd_minor_again) = {
	.name = "uffd_minor_again",
	.family = PRESSURE_COW,
	.calls = "UFFDIO_CONTINUE, madvise(MADV_DONTNEED) of the same pages meanwhile",
	.events = "clear",
	.proof = "taken again while a vCPU waited for it",
	.preserves = BACKING_BIT(BACKING_MEMFD) | BACKING_BIT(BACKING_HUGETLB_SHARED),
	.needs = { memory_advice_missing, uffd_missing },
	.set_up = set_up_minor,
	.apply = apply_minor_again,
};
