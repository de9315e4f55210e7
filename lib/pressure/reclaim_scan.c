// SPDX-License-Identifier: GPL-2.0
/*
 * PAGEMAP_SCAN: learn which pages were written to, and protect them against
 * writes again in the same step, as userfaultfd does without a handler.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pressure/write_tracking.h"

/* Newer than the oldest headers that this is built with. */
struct scan_region {
	uint64_t start, end, categories;
};

struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN			_IOWR('f', 16, struct scan_arg)
#define SCAN_PROTECT		1
#define SCAN_CHECK_ASYNC	2
#define SCAN_WRITTEN		2
#define FEATURE_WP_ASYNC	(1ULL << 15)

/* Without a handler; -1 if the kernel cannot do that. */
static int open_userfaultfd(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = FEATURE_WP_ASYNC };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && ioctl(fd, UFFDIO_API, &api)) {
		close(fd);
		return -1;
	}
	return fd;
}

#define SINCE	"v6.7"

static const char *scan_missing(void)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	bool unknown = fd < 0 || (ioctl(fd, SCAN, NULL) && errno == ENOTTY);

	if (fd >= 0)
		close(fd);
	if (unknown)
		return "no PAGEMAP_SCAN: kernel before " SINCE ", or without CONFIG_PROC_PAGE_MONITOR";
	fd = open_userfaultfd();
	if (fd < 0)
		return "no asynchronous write protection by userfaultfd: kernel without CONFIG_PTE_MARKER_UFFD_WP, or not root";
	close(fd);
	return NULL;
}

struct scan {
	struct write_tracking tracking;
	int userfaultfd, pagemap;
	struct scan_region *regions;
};

static int protect(struct scan *s, const struct area *area, struct result *r)
{
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)area->hva, .len = area->size },
		.mode = UFFDIO_REGISTER_MODE_WP,
	};

	s->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (s->pagemap < 0)
		return result_errno(r, "open(/proc/self/pagemap)");
	s->userfaultfd = open_userfaultfd();
	if (s->userfaultfd < 0)
		return result_errno(r, "userfaultfd(WP_ASYNC)");
	if (ioctl(s->userfaultfd, UFFDIO_REGISTER, &reg))
		return result_errno(r, "UFFDIO_REGISTER(%p, %zu, WP)", area->hva, area->size);
	return 0;
}

static int set_up_scan(struct press *p, struct result *r)
{
	struct scan *s = calloc(1, sizeof(*s));

	if (!s)
		return result_errno(r, "calloc(scan)");
	p->state = s;
	s->userfaultfd = -1;
	s->pagemap = -1;
	s->regions = calloc(p->area->size / PAGE_BYTES, sizeof(*s->regions));
	if (!s->regions)
		return result_errno(r, "calloc(regions)");
	return protect(s, p->area, r);
}

static void tear_down_scan(struct press *p)
{
	struct scan *s = p->state;

	if (!s)
		return;
	if (s->userfaultfd >= 0)
		close(s->userfaultfd);
	if (s->pagemap >= 0)
		close(s->pagemap);
	free(s->regions);
	free(s);
}

static bool reported(const struct scan *s, int nr, const char *addr)
{
	uint64_t at = (uintptr_t)addr;
	int i;

	for (i = 0; i < nr; i++) {
		if (s->regions[i].start <= at && at < s->regions[i].end)
			return true;
	}
	return false;
}

static int apply_scan(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	struct scan *s = p->state;
	struct scan_arg arg = {
		.size = sizeof(arg), .flags = SCAN_PROTECT | SCAN_CHECK_ASYNC,
		.start = (uintptr_t)a->hva, .end = (uintptr_t)a->hva + a->size,
		.vec = (uintptr_t)s->regions, .vec_len = a->size / PAGE_BYTES,
		.category_mask = SCAN_WRITTEN, .return_mask = SCAN_WRITTEN,
	};
	bool all = write_tracking_all(&s->tracking, p);
	unsigned int i;
	int nr;

	nr = ioctl(s->pagemap, SCAN, &arg);
	if (nr < 0)
		return result_errno(r, "PAGEMAP_SCAN(%p, %zu, WP_MATCHING)", a->hva, a->size);
	write_tracking_begin(&s->tracking, p);
	for (i = 0; i < p->nr_pages; i++) {
		if (reported(s, nr, (char *)press_page(p, i)))
			p->proved++;
		else if (all)
			return write_tracking_lost(p, i, r);
	}
	return 0;
}

PRESSURE(reclaim_scan) = {
	.name = "pagemap_scan_wp",
	.family = PRESSURE_RECLAIM,
	.calls = "PAGEMAP_SCAN(PM_SCAN_WP_MATCHING)",
	.since = SINCE,
	.events = "protection_vma",
	.proof = "page reported as written and protected again",
	.preserves = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
		     BACKING_BIT(BACKING_MEMFD) | BACKING_BIT(BACKING_HUGETLB),
	.needs = { scan_missing },
	.set_up = set_up_scan,
	.apply = apply_scan,
	.tear_down = tear_down_scan,
};
