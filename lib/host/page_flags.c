// SPDX-License-Identifier: GPL-2.0
/*
 * Reading /proc/kpageflags and /proc/kpagecount.
 */
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
