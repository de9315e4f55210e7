/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel says of page frames, whoever they belong to.
 */
#ifndef PAGE_FLAGS_H
#define PAGE_FLAGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

/*
 * page_flags() - flags of a page frame, as /proc/kpageflags has them
 * @pfn: page frame number
 * @flags: filled in; bit numbers are KPF_* of <linux/kernel-page-flags.h>.  KPF_NOPAGE is
 *	what is said of all that the page allocator never had, such as persistent memory
 *
 * Return: 0, or -1 with an error.
 */
int page_flags(uint64_t pfn, uint64_t *flags, struct result *r);

/* page_flags_read() - the same for @nr consecutive page frames */
int page_flags_read(uint64_t pfn, size_t nr, uint64_t *flags, struct result *r);

/*
 * page_flags_each() - the same for page frames in any order, of which consecutive ones are read at once
 * @frames: page frame numbers; 0 is left out
 * @look: called for each in turn; it may change @frames up to the one that it is about
 */
int page_flags_each(const uint64_t *frames, size_t nr,
		    void (*look)(void *arg, uint64_t pfn, uint64_t flags), void *arg,
		    struct result *r);

/* page_count_read() - how often each of @nr consecutive page frames is mapped */
int page_count_read(uint64_t pfn, size_t nr, uint64_t *counts, struct result *r);

/*
 * page_queues_clear() - have pages move on that wait on a CPU for their turn on the kernel's lists
 *
 * They are held meanwhile, and reclaim looks into the queues of its own CPU alone.
 */
void page_queues_clear(void);

#endif
