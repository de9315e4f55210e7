// SPDX-License-Identifier: GPL-2.0
/*
 * Page by page: ranges so short that an off-by-one at either end covers the whole
 * range, or the neighbouring page.
 */
#include <sys/mman.h>

#include "pressure/pressure.h"

static int apply_each(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	size_t offset;

	for (offset = 0; offset < a->size; offset += PAGE_BYTES) {
		if (madvise(a->hva + offset, PAGE_BYTES, MADV_DONTNEED))
			return result_errno(r, "madvise(%p, %lu, MADV_DONTNEED)",
					    a->hva + offset, PAGE_BYTES);
	}
	return 0;
}

PRESSURE(unmap_dontneed_each) = {
	.name = "madvise_dontneed_each",
	.family = PRESSURE_UNMAP,
	.calls = "madvise(MADV_DONTNEED) page by page",
	.events = "clear",
	.preserves = BACKING_BIT(BACKING_MEMFD),
	.discards = BACKING_BIT(BACKING_ANON),
	.frees = BACKING_BIT(BACKING_ANON),
	.can_join = true,
	.needs = { memory_advice_missing },
	.apply = apply_each,
};
