// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/kpageflags and /proc/kpagecount; pages that wait.
 */
#include <numaif.h>

#include "base/page.h"
#include "host/hostfile.h"
#include "host/page_flags.h"

int page_flags_read(uint64_t pfn, size_t nr, uint64_t *flags, struct result *r)
{
	return hostfile_read_words("/proc/kpageflags", pfn, flags, nr, r);
}

int page_flags(uint64_t pfn, uint64_t *flags, struct result *r)
{
	return page_flags_read(pfn, 1, flags, r);
}

int page_count_read(uint64_t pfn, size_t nr, uint64_t *counts, struct result *r)
{
	return hostfile_read_words("/proc/kpagecount", pfn, counts, nr, r);
}

/* A call that moves pages, whatever page it is, clears the queues of all CPUs first. */
void page_queues_clear(void)
{
	int node = 0, status;
	void *page = (void *)((uintptr_t)&node & ~(PAGE_BYTES - 1));

	move_pages(0, 1, &page, &node, &status, MPOL_MF_MOVE);
}
