// SPDX-License-Identifier: GPL-2.0
/*
 * The table of backings.  A new backing is a row here and an id in memory.h.
 */
#include <errno.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "memory/memory.h"

#define HUGETLB_DIR	"/sys/kernel/mm/hugepages/hugepages-2048kB"
#define HUGETLB_SPARE	4	/* times what an area needs */
#define THP_ENABLED	"/sys/kernel/mm/transparent_hugepage/enabled"
#define SHMEM_ENABLED	"/sys/kernel/mm/transparent_hugepage/shmem_enabled"
#define ZERO_PAGE	"/sys/kernel/mm/transparent_hugepage/use_zero_page"

const char *memory_advice_missing(void)
{
	/* Nothing is advised about no bytes; only a missing call fails. */
	if (madvise(NULL, 0, MADV_DONTNEED) && errno == ENOSYS)
		return "kernel without CONFIG_ADVISE_SYSCALLS";
	return NULL;
}

const char *memory_failure_missing(void)
{
	if (madvise(NULL, 0, MADV_HWPOISON))
		return "kernel without CONFIG_MEMORY_FAILURE";
	return NULL;
}

static const char *thp_missing(void)
{
	char mode[64];

	if (memory_advice_missing())
		return memory_advice_missing();
	if (hostfile_read(THP_ENABLED, mode, sizeof(mode)) < 0)
		return "kernel without CONFIG_TRANSPARENT_HUGEPAGE";
	if (strstr(mode, "[never]"))
		return "transparent_hugepage/enabled is never: write madvise to it";
	return NULL;
}

static const char *hugetlb_missing(void)
{
	if (access(HUGETLB_DIR, F_OK))
		return "kernel without CONFIG_HUGETLBFS, or without 2 MiB pages";
	return NULL;
}

static const char *memfd_thp_missing(void)
{
	if (access(SHMEM_ENABLED, F_OK))
		return "kernel without CONFIG_TRANSPARENT_HUGEPAGE";
	return memory_advice_missing();
}

static int open_memfd(struct result *r)
{
	int fd = memfd_create("guest memory", MFD_CLOEXEC);

	return fd < 0 ? result_errno(r, "memfd_create()") : fd;
}

static int open_hugetlb_memfd(struct result *r)
{
	int fd = memfd_create("guest memory", MFD_CLOEXEC | MFD_HUGETLB | MFD_HUGE_2MB);

	return fd < 0 ? result_errno(r, "memfd_create(MFD_HUGETLB | MFD_HUGE_2MB)") : fd;
}

/*
 * Beside the areas themselves a file has a second half, and pages that move
 * need free ones to move to, on each node.
 */
static int provide_hugetlb(struct hoststate *host, size_t bytes, struct result *r)
{
	unsigned long long pages, want = HUGETLB_SPARE * (bytes + HUGE_BYTES - 1) / HUGE_BYTES;
	static const char pool[] = HUGETLB_DIR "/nr_hugepages";
	char text[32];

	if (hostfile_read_ulong(HUGETLB_DIR "/free_hugepages", &pages))
		return result_skip(r, "%s", hugetlb_missing());
	if (pages >= want)
		return 0;
	if (hostfile_read_ulong(pool, &pages))
		return result_errno(r, "read(%s)", pool);
	snprintf(text, sizeof(text), "%llu", pages + want);
	if (hoststate_write(host, pool, text, r))
		return -1;
	if (!hostfile_read_ulong(HUGETLB_DIR "/free_hugepages", &pages) && pages >= want)
		return 0;
	return result_skip(r, "%llu huge pages are needed, the host could free %llu: memory is too full or too fragmented",
			   want, pages);
}

/*
 * Always, not on advice: that comes in a second call after mmap(), and a guest
 * that faults in between would get small pages for good.  So does one that reads first,
 * is given the huge zero page, and writes to it; but such a test skips by itself.
 */
static int provide_thp(struct hoststate *host, size_t bytes, struct result *r)
{
	(void)bytes;
	return hoststate_write(host, THP_ENABLED, "always", r) ||
	       (hoststate_allowed() && hoststate_write(host, ZERO_PAGE, "0", r)) ? -1 : 0;
}

/* Both: freed frames are caught with anonymous memory. */
static int provide_shmem_thp(struct hoststate *host, size_t bytes, struct result *r)
{
	if (provide_thp(host, bytes, r))
		return -1;
	return hoststate_write(host, SHMEM_ENABLED, "always", r);
}

int backing_provide(const struct backing *backing, struct hoststate *host, size_t bytes,
		    struct result *r)
{
	return backing->provide ? backing->provide(host, bytes, r) : 0;
}

#define ANONYMOUS	(MAP_ANONYMOUS | MAP_NORESERVE)

const struct backing backings[NR_BACKINGS] = {
	[BACKING_ANON] = {
		.name = "anon",
		.about = "private anonymous memory in 4 KiB pages",
		.granule = PAGE_BYTES,
		/* khugepaged must not add invalidations of its own. */
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_PRIVATE | ANONYMOUS,
	},
	[BACKING_ANON_THP] = {
		.name = "anon_thp",
		.about = "private anonymous memory in transparent huge pages",
		.granule = HUGE_BYTES,
		.advice = MADV_HUGEPAGE,
		.flags = MAP_PRIVATE | ANONYMOUS,
		.missing = thp_missing,
		.may_change = "transparent_hugepage/enabled=always, use_zero_page=0",
		.provide = provide_thp,
	},
	[BACKING_MEMFD] = {
		.name = "memfd",
		.about = "a shared mapping of a memfd, 4 KiB pages",
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_SHARED,
		.open_file = open_memfd,
	},
	[BACKING_MEMFD_PRIVATE] = {
		.name = "memfd_private",
		.about = "a private mapping of a memfd: copied on write",
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_PRIVATE,
		.open_file = open_memfd,
	},
	[BACKING_MEMFD_THP] = {
		.name = "memfd_thp",
		.about = "a shared mapping of a memfd in transparent huge pages",
		.granule = HUGE_BYTES,
		.advice = MADV_HUGEPAGE,
		.flags = MAP_SHARED,
		.open_file = open_memfd,
		.missing = memfd_thp_missing,
		.may_change = "transparent_hugepage/enabled=always, shmem_enabled=always, use_zero_page=0",
		.provide = provide_shmem_thp,
	},
	[BACKING_HUGETLB] = {
		.name = "hugetlb",
		.about = "private memory in huge pages of the pool",
		.granule = HUGE_BYTES,
		.advice = MADV_NORMAL,
		/* No MAP_NORESERVE: a pool that runs dry is a SIGBUS. */
		.flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_2MB,
		.missing = hugetlb_missing,
		.may_change = "a larger pool of 2 MiB pages, unless some are free",
		.provide = provide_hugetlb,
	},
	[BACKING_HUGETLB_SHARED] = {
		.name = "hugetlb_shared",
		.about = "a shared mapping of a memfd in huge pages of the pool",
		.granule = HUGE_BYTES,
		.advice = MADV_NORMAL,
		.flags = MAP_SHARED,
		.open_file = open_hugetlb_memfd,
		.missing = hugetlb_missing,
		.may_change = "a larger pool of 2 MiB pages, unless some are free",
		.provide = provide_hugetlb,
	},
	[BACKING_FILE] = {
		.name = "file",
		.about = "a shared mapping of a file on a disk",
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_SHARED,
		.open_file = disk_open,
		.missing = disk_missing,
	},
	[BACKING_FILE_PRIVATE] = {
		.name = "file_private",
		.about = "a private mapping of a file on a disk: copied on write",
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_PRIVATE,
		.open_file = disk_open,
		.missing = disk_missing,
	},
	[BACKING_DAX] = {
		.name = "dax",
		.about = "a shared mapping of a file in persistent memory",
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_SHARED,
		.open_file = disk_open_dax,
		.missing = disk_dax_missing,
	},
	[BACKING_DAX_PRIVATE] = {
		.name = "dax_private",
		.about = "a private mapping of a file in persistent memory: copied on write",
		.granule = PAGE_BYTES,
		.advice = MADV_NOHUGEPAGE,
		.flags = MAP_PRIVATE,
		.open_file = disk_open_dax,
		.missing = disk_dax_missing,
	},
};

unsigned int backing_bit(const struct backing *backing)
{
	return BACKING_BIT((backing->like ?: backing) - backings);
}
