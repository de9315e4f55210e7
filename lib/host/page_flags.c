// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/kpageflags and /proc/kpagecount; pages that wait.
 */
#include <linux/kernel-page-flags.h>
#include <numaif.h>

#include "base/page.h"
#include "host/hostfile.h"
#include "host/page_flags.h"

#define FLAGS_AT_ONCE	64

/* Both files end where the memory of the page allocator does: words behind that are @beyond. */
static int read_words(const char *path, uint64_t pfn, size_t nr, uint64_t *words, uint64_t beyond,
		      struct result *r)
{
	ssize_t got = hostfile_read_words(path, pfn, words, nr, r);
	size_t i;

	if (got < 0)
		return -1;
	for (i = got; i < nr; i++)
		words[i] = beyond;
	return 0;
}

int page_flags_read(uint64_t pfn, size_t nr, uint64_t *flags, struct result *r)
{
	return read_words("/proc/kpageflags", pfn, nr, flags, 1ULL << KPF_NOPAGE, r);
}

int page_flags(uint64_t pfn, uint64_t *flags, struct result *r)
{
	return page_flags_read(pfn, 1, flags, r);
}

int page_flags_each(const uint64_t *frames, size_t nr,
		    void (*look)(void *arg, uint64_t pfn, uint64_t flags), void *arg,
		    struct result *r)
{
	uint64_t flags[FLAGS_AT_ONCE], first;
	size_t n, run, k;

	for (n = 0; n < nr; n += run) {
		run = 1;
		first = frames[n];
		if (!first)
			continue;
		while (run < FLAGS_AT_ONCE && n + run < nr && frames[n + run] == first + run)
			run++;
		if (page_flags_read(first, run, flags, r))
			return -1;
		for (k = 0; k < run; k++)
			look(arg, first + k, flags[k]);
	}
	return 0;
}

int page_count_read(uint64_t pfn, size_t nr, uint64_t *counts, struct result *r)
{
	return read_words("/proc/kpagecount", pfn, nr, counts, 0, r);
}

/* A call that moves pages, whatever page it is, clears the queues of all CPUs first. */
void page_queues_clear(void)
{
	int node = 0, status;
	void *page = (void *)((uintptr_t)&node & ~(PAGE_BYTES - 1));

	move_pages(0, 1, &page, &node, &status, MPOL_MF_MOVE);
}
