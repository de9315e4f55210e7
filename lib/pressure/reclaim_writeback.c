// SPDX-License-Identifier: GPL-2.0
/*
 * Writeback: what the guest writes to a file must reach the disk.
 *
 * To clean a page the mm protects it, so that the next write makes it dirty again.
 * A write through a stale translation leaves the page clean: it stays in memory, and
 * never reaches the disk.
 */
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"

static int sync_file(const struct press *p, struct result *r)
{
	if (fsync(p->area->fd))
		return result_errno(r, "fsync(file of the guest's memory)");
	return 0;
}

/* How many visited pages the page cache knows to be dirty. */
static int count_dirty(const struct press *p, unsigned int *dirty, struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;
	uint64_t flags;
	int ret = 0;

	*dirty = 0;
	for (i = 0; pages && !ret && i < p->nr_pages; i++) {
		uint64_t pfn = pagemap_pfn(pages[press_index(p, i)]);

		if (!pfn)
			continue;
		ret = page_flags(pfn, &flags, r);
		*dirty += !ret && (flags & 1ULL << KPF_DIRTY);
	}
	free(pages);
	return pages ? ret : -1;
}

/* The mapped half of the file as it is on the disk; to be freed. */
static char *read_disk(const struct area *a, struct result *r)
{
	ssize_t got = -1;
	char path[32];
	void *buf;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", a->fd);
	fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0) {
		result_errno(r, "open(file of the guest's memory, O_DIRECT)");
		return NULL;
	}
	if (posix_memalign(&buf, PAGE_BYTES, a->size)) {
		result_error(r, "posix_memalign(%zu)", a->size);
		buf = NULL;
	} else {
		got = pread(fd, buf, a->size, area_file_offset(a));
		if (got != (ssize_t)a->size)
			result_errno(r, "pread(O_DIRECT, %zu): %zd", a->size, got);
	}
	close(fd);
	if (got == (ssize_t)a->size)
		return buf;
	free(buf);
	return NULL;
}

static int compare_with_disk(const struct press *p, struct result *r)
{
	char *disk = read_disk(p->area, r);
	unsigned int i;
	int ret = 0;

	for (i = 0; disk && !ret && i < p->nr_pages; i++) {
		uint64_t there = *(uint64_t *)(disk + press_index(p, i) * PAGE_BYTES);
		uint64_t here = guest_load(press_page(p, i));

		if (there != here)
			ret = result_fail(r, CONTRACT_CONTENTS,
					  "a write was lost: page %u holds %#llx in memory and, after fsync(), %#llx on the disk",
					  i, (unsigned long long)here,
					  (unsigned long long)there);
	}
	free(disk);
	return disk ? ret : -1;
}

static int clean(struct press *p, struct result *r)
{
	unsigned int before, after;

	if (count_dirty(p, &before, r) || sync_file(p, r) || count_dirty(p, &after, r))
		return -1;
	p->proved += before > after ? before - after : 0;
	return 0;
}

/* First with the guest writing all the while, then with nobody. */
static int apply_writeback(struct press *p, struct result *r)
{
	int ret;

	if (clean(p, r) || press_pause(p, r))
		return -1;
	ret = clean(p, r) || compare_with_disk(p, r) ? -1 : 0;
	press_resume(p);
	return ret;
}

PRESSURE(reclaim_writeback) = {
	.name = "writeback",
	.family = PRESSURE_RECLAIM,
	.calls = "fsync(), with the guest at work and with the guest paused",
	.events = "protection_page",
	.callers = CALLER_BIT(CALLER_PRESSURE) | CALLER_BIT(CALLER_OTHER),
	.proof = "page cleaned",
	.preserves = BACKING_BIT(BACKING_FILE),
	.allows_others = true,
	.needs = { pagemap_missing },
	.apply = apply_writeback,
};

static int uncached(const struct area *a, unsigned int *pages, struct result *r)
{
	size_t nr = a->size / PAGE_BYTES, i;
	unsigned char *cached = malloc(nr);
	int ret = 0;

	*pages = 0;
	if (!cached)
		return result_errno(r, "malloc(%zu)", nr);
	if (mincore(a->hva, a->size, cached))
		ret = result_errno(r, "mincore(%p, %zu)", a->hva, a->size);
	for (i = 0; !ret && i < nr; i++)
		*pages += !(cached[i] & 1);
	free(cached);
	return ret;
}

/* The page cache gives up only pages that nobody maps. */
static int drop(struct press *p, struct result *r)
{
	const struct area *a = p->area;
	int err;

	if (area_unmap(p->area, r))
		return -1;
	err = fsync(a->fd) ? -1 : posix_fadvise(a->fd, area_file_offset(a), a->size,
						POSIX_FADV_DONTNEED);
	if (area_map(p->area, r))
		return -1;
	if (err)
		return result_error(r, "fsync() and posix_fadvise(%zu, DONTNEED): %d", a->size, err);
	return 0;
}

static int apply_drop(struct press *p, struct result *r)
{
	unsigned int pages;
	int ret;

	if (press_pause(p, r))
		return -1;
	vm_gap_open(p->vm);
	ret = drop(p, r);
	vm_gap_close(p->vm);
	if (!ret && !uncached(p->area, &pages, r))
		p->proved += pages;
	press_resume(p);
	return ret;
}

PRESSURE(reclaim_writeback_drop) = {
	.name = "writeback_drop",
	.family = PRESSURE_RECLAIM,
	.calls = "munmap(), fsync(), posix_fadvise(POSIX_FADV_DONTNEED), mmap()",
	.events = "unmap",
	.proof = "page dropped from the page cache",
	.preserves = BACKING_BIT(BACKING_FILE),
	.frees = BACKING_BIT(BACKING_FILE),
	.apply = apply_drop,
};
