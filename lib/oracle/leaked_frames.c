// SPDX-License-Identifier: GPL-2.0
/*
 * Leaked frames: telling from /proc/kpageflags whether a frame of anonymous memory is anybody's.
 */
#include <linux/kernel-page-flags.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "oracle/leaked_frames.h"

#define BIT(flag)	(1ULL << KPF_##flag)
/*
 * Somebody has it, knows of it, or has taken it out of service.  (KPF_KSM says nothing: v6.12 has
 * it for all anonymous memory.)
 */
#define IS_KNOWN	(BIT(MMAP) | BIT(SWAPCACHE) | BIT(BUDDY) | BIT(SLAB) | BIT(HWPOISON) | \
			 BIT(NOPAGE) | BIT(HUGE))
/* What a page is for as long as it lives: if these change, it is another one. */
#define IS_SAME		(BIT(ANON) | BIT(SWAPBACKED) | BIT(COMPOUND_HEAD) | BIT(COMPOUND_TAIL))

/* What is freed by a worker, or when the kernel's queues have been gone through. */
#define SETTLE_NS	5000000000ULL
#define LOOK_NS		20000000ULL

static bool is_nobodys(uint64_t flags)
{
	return flags & BIT(ANON) && !(flags & IS_KNOWN);
}

void leaked_frames_look(struct leaked_frames *l, uint64_t pfn, uint64_t flags)
{
	if (!is_nobodys(flags) || l->nr == LEAKED_FRAMES_MAX)
		return;
	l->suspects[l->nr].pfn = pfn;
	l->suspects[l->nr++].flags = flags;
}

/* Those of anonymous memory: all else is not judged. */
static void keep_anonymous(void *arg, uint64_t pfn, uint64_t flags)
{
	struct leaked_frames *l = arg;

	if (flags & BIT(ANON))
		l->frames[l->nr_frames++] = pfn;
}

int leaked_frames_note(struct leaked_frames *l, const struct area *area, struct result *r)
{
	size_t nr = area->size / PAGE_BYTES, n;

	if (pagemap_missing() || access("/proc/kpageflags", R_OK))
		return 0;
	l->frames = pagemap_area(area, r);
	if (!l->frames)
		return -1;
	for (n = 0; n < nr; n++)
		l->frames[n] = pagemap_pfn(l->frames[n]);
	return page_flags_each(l->frames, nr, keep_anonymous, l, r);
}

static void look(void *arg, uint64_t pfn, uint64_t flags)
{
	leaked_frames_look(arg, pfn, flags);
}

int leaked_frames_gone(struct leaked_frames *l, struct result *r)
{
	if (page_flags_each(l->frames, l->nr_frames, look, l, r))
		return -1;
	if (l->nr_frames)
		result_judged(r, ORACLE_LEAKS);
	return 0;
}

/*
 * Those that are somebody's now, or free, are out of it for good.  With all queues cleared, a
 * page that still is one is on the lists of reclaim.
 */
static int look_again(struct leaked_frames *l, struct result *r)
{
	unsigned int n, left = 0;
	uint64_t flags;

	for (n = 0; n < l->nr; n++) {
		if (page_flags(l->suspects[n].pfn, &flags, r))
			return -1;
		if (is_nobodys(flags) && flags & BIT(LRU) &&
		    !((flags ^ l->suspects[n].flags) & IS_SAME))
			l->suspects[left++] = l->suspects[n];
	}
	l->nr = left;
	return 0;
}

static int settle(struct leaked_frames *l, struct result *r)
{
	struct deadline deadline;

	deadline_start(&deadline, SETTLE_NS);
	while (l->nr) {
		page_queues_clear();
		if (look_again(l, r))
			return -1;
		if (!l->nr || !deadline_advance(&deadline, now_ns()))
			break;
		sleep_ns(LOOK_NS);
	}
	return 0;
}

int leaked_frames_judge(struct leaked_frames *l, struct result *r)
{
	int ret = settle(l, r);

	if (!ret && l->nr)
		ret = result_fail(r, CONTRACT_DEATH,
				  "the guest and its memory are gone, and at least %u page frames of it are not free: anonymous memory, mapped by nobody and in no swap cache, so that somebody has kept a reference (frame %#llx, flags %#llx)",
				  l->nr, (unsigned long long)l->suspects[0].pfn,
				  (unsigned long long)l->suspects[0].flags);
	leaked_frames_release(l);
	return ret;
}

void leaked_frames_release(struct leaked_frames *l)
{
	free(l->frames);
	l->frames = NULL;
	l->nr_frames = 0;
}
