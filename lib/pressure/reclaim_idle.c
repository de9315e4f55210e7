// SPDX-License-Identifier: GPL-2.0
/*
 * Idle page tracking: marking single page frames as idle, and checking whether they
 * still are.  Both ask everyone who maps the page whether it was used.
 */
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/deadline.h"
#include "host/hostfile.h"
#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "pressure/reclaim.h"

#define BITMAP		"/sys/kernel/mm/page_idle/bitmap"
#define PAGES_PER_WORD	64

static const char *idle_missing(void)
{
	return hostfile_missing(BITMAP, "kernel without CONFIG_IDLE_PAGE_TRACKING");
}

static off_t word_of(uint64_t pfn)
{
	return pfn / PAGES_PER_WORD * sizeof(uint64_t);
}

/* The kernel takes the bits that are set, and leaves the others alone. */
static int mark(int fd, uint64_t pfn, struct result *r)
{
	uint64_t word = 1ULL << pfn % PAGES_PER_WORD;

	if (pwrite(fd, &word, sizeof(word), word_of(pfn)) != sizeof(word))
		return result_errno(r, "pwrite(%s, frame %#llx)", BITMAP,
				    (unsigned long long)pfn);
	return 0;
}

static int is_idle(int fd, uint64_t pfn, bool *idle, struct result *r)
{
	uint64_t word;

	if (pread(fd, &word, sizeof(word), word_of(pfn)) != sizeof(word))
		return result_errno(r, "pread(%s, frame %#llx)", BITMAP,
				    (unsigned long long)pfn);
	*idle = word >> pfn % PAGES_PER_WORD & 1;
	return 0;
}

/* Mark each visited page, and ask at once; @marked: frames that are idle then, else 0. */
static int mark_visited(const struct press *p, int fd, uint64_t *marked, struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;
	int ret = 0;

	for (i = 0; pages && !ret && i < p->nr_pages; i++) {
		uint64_t pfn = pagemap_pfn(pages[press_index(p, i)]);
		bool idle = false;

		marked[i] = 0;
		if (!pfn)
			continue;
		ret = mark(fd, pfn, r) || is_idle(fd, pfn, &idle, r) ? -1 : 0;
		if (idle)
			marked[i] = pfn;
	}
	free(pages);
	return pages ? ret : -1;
}

/* What is still idle of the marked frames that are still the guest's; the others become 0. */
static int drop_used(const struct press *p, int fd, uint64_t *marked, unsigned int *idle,
		     struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;
	int ret = 0;

	*idle = p->nr_pages;
	for (i = 0; pages && !ret && i < p->nr_pages; i++) {
		bool still = false;

		if (marked[i] && marked[i] == pagemap_pfn(pages[press_index(p, i)]))
			ret = is_idle(fd, marked[i], &still, r);
		if (!still)
			marked[i] = 0;
		else if (*idle == p->nr_pages)
			*idle = i;
	}
	free(pages);
	return pages ? ret : -1;
}

/*
 * What the guest has used since is not idle; who only reads may leave pages out.  But
 * since v6.13 whoever zaps a translation takes with it what it knew of its use, until
 * the guest comes by again.  So look again, as long as there is time.
 */
static int check_used(struct press *p, int fd, uint64_t *marked, struct result *r)
{
	struct deadline deadline;
	unsigned int idle;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (drop_used(p, fd, marked, &idle, r))
			return -1;
		if (idle == p->nr_pages || press_host_writes(p))
			return 0;
	} while (deadline_poll(&deadline));
	return result_fail(r, CONTRACT_CONTENTS,
			   "the guest has used page %u, frame %#llx, since it was marked idle, and the mm does not know",
			   idle, (unsigned long long)marked[idle]);
}

/* A page that is not idle at once, though the kernel could mark it: somebody calls it used. */
static int check_one(unsigned int page, int fd, uint64_t pfn, struct result *r)
{
	uint64_t flags;
	bool idle = false;

	if (page_flags(pfn, &flags, r))
		return -1;
	/* Of huge pages the first stands for all; pages that wait for the lists are left out. */
	if (!(flags & 1ULL << KPF_LRU) || flags & 1ULL << KPF_COMPOUND_TAIL)
		return 0;
	if (mark(fd, pfn, r) || is_idle(fd, pfn, &idle, r))
		return -1;
	if (idle)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "page %u, frame %#llx, was marked idle while no vCPU ran, and the mm goes on being told that it is used",
			   page, (unsigned long long)pfn);
}

/* With the guest paused: what was asked for before, and used by nobody since. */
static int check_unused(const struct press *p, int fd, const uint64_t *marked, struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;
	int ret = 0;

	for (i = 0; pages && !ret && i < p->nr_pages; i++) {
		uint64_t pfn = pagemap_pfn(pages[press_index(p, i)]);

		if (pfn && !marked[i])
			ret = check_one(i, fd, pfn, r);
	}
	free(pages);
	return pages ? ret : -1;
}

/* With the guest at work, and paused: then a page stays idle until it goes on. */
static int mark_and_check(struct press *p, int fd, uint64_t *marked, struct result *r)
{
	unsigned int i;
	int ret;

	if (mark_visited(p, fd, marked, r) || press_pause(p, r))
		return -1;
	ret = mark_visited(p, fd, marked, r) || reclaim_empty_tlbs(p, r) ? -1 : 0;
	if (!ret && p->alone)
		ret = check_unused(p, fd, marked, r);
	for (i = 0; !ret && i < p->nr_pages; i++)
		p->proved += !!marked[i];
	press_resume(p);
	return ret || press_visited(p, "after it was marked idle", r) ? -1 :
	       check_used(p, fd, marked, r);
}

static int apply_idle(struct press *p, struct result *r)
{
	uint64_t *marked = calloc(p->nr_pages, sizeof(*marked));
	int fd = open(BITMAP, O_RDWR | O_CLOEXEC), ret = -1;

	if (!marked)
		result_errno(r, "calloc(%u frames)", p->nr_pages);
	else if (fd < 0)
		result_errno(r, "open(%s)", BITMAP);
	else
		ret = mark_and_check(p, fd, marked, r);
	if (fd >= 0)
		close(fd);
	free(marked);
	return ret;
}

PRESSURE(reclaim_idle) = {
	.name = "page_idle",
	.family = PRESSURE_RECLAIM,
	.kind = PRESSURE_AGES,
	.calls = "write to /sys/kernel/mm/page_idle/bitmap",
	.events = "clear_young",
	.proof = "page marked idle",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD),
	.allows_others = true,
	.needs = { idle_missing, pagemap_missing },
	.apply = apply_idle,
};
