// SPDX-License-Identifier: GPL-2.0
/*
 * Huge pages in the page cache of a filesystem on disk.  The kernel collapses the
 * pages of files that programs run from: mapped executable, and not open for
 * writing.  Opening such a file for writing makes the kernel drop its huge pages,
 * unless the filesystem can write to them.
 *
 * While the file is mapped as a program, a guest that reads goes on; one that
 * writes waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "memory/pagemap.h"
#include "memory/smaps.h"
#include "oracle/oracle.h"
#include "pressure/huge.h"

#define PROBES	20

/* How the pages become huge. */
typedef int (*collapse_fn)(struct press *p, struct result *r);

/* The area must be all there is to keep the file open for writing. */
static int drop_view(struct area *a, struct result *r)
{
	if (munmap(a->file_view, 2 * a->size))
		return result_errno(r, "munmap(%p, %zu)", a->file_view, 2 * a->size);
	a->file_view = NULL;
	return 0;
}

static int reopen(struct area *a, int flags, struct result *r)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", a->fd);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return result_errno(r, "open(%s, %#x)", path, flags);
	close(a->fd);
	a->fd = fd;
	return 0;
}

/* Dirty pages are not made huge. */
static int become_program(struct area *a, struct result *r)
{
	void *p;

	if (area_unmap(a, r))
		return -1;
	if (fsync(a->fd))
		return result_errno(r, "fsync(%s)", a->backing->name);
	if (reopen(a, O_RDONLY, r))
		return -1;
	p = mmap(a->hva, a->size, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED_NOREPLACE, a->fd,
		 area_file_offset(a));
	if (p != MAP_FAILED)
		return 0;
	if (errno == EPERM)
		return result_skip(r, "mmap(PROT_EXEC, %s): the filesystem is mounted noexec",
				   a->backing->name);
	return result_errno(r, "mmap(%p, %zu, PROT_EXEC, %s)", a->hva, a->size, a->backing->name);
}

/*
 * Out of the page cache as well: a file that stayed huge would be found so by the
 * next round, which is to see it become so.
 */
static int become_memory(struct area *a, struct result *r)
{
	int err;

	if (area_unmap(a, r))
		return -1;
	err = posix_fadvise(a->fd, area_file_offset(a), a->size, POSIX_FADV_DONTNEED);
	if (area_map(a, r))
		return -1;
	return err ? result_error(r, "posix_fadvise(%zu, DONTNEED): %d", a->size, err) : 0;
}

/* It takes a page table, which the first access makes. */
static bool program_collapses(const struct area *a)
{
	unsigned int i;

	for (i = 0; i < PROBES; i++) {
		*(volatile char *)a->hva;
		if (!madvise(a->hva, a->size, HUGE_MADV_COLLAPSE))
			return true;
		sleep_ns(DEADLINE_POLL_NS);
	}
	return false;
}

static const char *huge_file_missing(void)
{
	const char *missing = disk_missing() ?: huge_collapse_missing();
	struct result why;
	struct area area;

	if (missing)
		return missing;
	result_init(&why);
	if (area_create(&area, &backings[BACKING_FILE], HUGE_BYTES, &why))
		return NULL;
	*(volatile char *)area.hva = 1;
	/* Only trying tells; what fails before that is the row's to report. */
	if (!drop_view(&area, &why) && !become_program(&area, &why) && !program_collapses(&area))
		missing = "no huge pages for files on a disk: they take CONFIG_READ_ONLY_THP_FOR_FS or, in newer kernels, a filesystem with large folios, and no CONFIG_BASE_SMALL";
	area_destroy(&area);
	return missing;
}

static int set_up(struct press *p, struct result *r)
{
	return drop_view(p->area, r);
}

/* With nobody to fault, what KVM has it had before. */
static int judge_dropped(struct press *p, struct result *r)
{
	size_t bytes;
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = smaps_huge(p->area, &bytes, r);
	if (!ret && !bytes)
		ret = huge_split_in_kvm(p, r);
	press_resume(p);
	return ret;
}

/* A guest that reads meets all of it: it has small pages, then huge ones, then none. */
static int press_reader(struct press *p, collapse_fn collapse, struct result *r)
{
	if (press_visited(p, "from a file mapped as a program", r) || collapse(p, r) ||
	    huge_in_kvm(p, r) || reopen(p->area, O_RDWR, r))
		return -1;
	return judge_dropped(p, r);
}

/*
 * A guest that writes stops at its first write: only what it wrote is at stake.
 * Read here, the pages are mapped when they are to become a huge one.
 */
static int press_writer(struct press *p, collapse_fn collapse, struct result *r)
{
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++)
		guest_load(press_page(p, i));
	if (collapse(p, r))
		return -1;
	p->proved += p->area->size / HUGE_BYTES;
	return reopen(p->area, O_RDWR, r);
}

static int run_as_program(struct press *p, collapse_fn collapse, struct result *r)
{
	bool reads = press_host_writes(p);
	int ret;

	vm_gap_open(p->vm);
	ret = become_program(p->area, r);
	if (!ret && reads) {
		vm_gap_close(p->vm);
		ret = press_reader(p, collapse, r);
		vm_gap_open(p->vm);
	} else if (!ret) {
		ret = press_writer(p, collapse, r);
	}
	if (!ret)
		ret = become_memory(p->area, r);
	vm_gap_close(p->vm);
	return ret;
}

static int apply_collapse(struct press *p, struct result *r)
{
	return run_as_program(p, huge_collapse, r);
}

#define PROOF	"huge page of a file, for KVM too if the guest only reads"

PRESSURE(huge_file_by_process) = {
	.name = "program_collapse",
	.family = PRESSURE_HUGE,
	.calls = "mmap(PROT_EXEC) of a file, madvise(MADV_COLLAPSE), open() of it for writing",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = PROOF,
	.preserves = BACKING_BIT(BACKING_FILE),
	.frees = BACKING_BIT(BACKING_FILE),
	.granule = HUGE_BYTES,
	.needs = { huge_file_missing, pagemap_missing },
	.set_up = set_up,
	.apply = apply_collapse,
};

static int set_up_khugepaged(struct press *p, struct result *r)
{
	return set_up(p, r) || huge_khugepaged_set_up(p, r) ? -1 : 0;
}

static int apply_khugepaged(struct press *p, struct result *r)
{
	return run_as_program(p, huge_khugepaged, r);
}

PRESSURE(huge_file_by_khugepaged) = {
	.name = "program_khugepaged",
	.family = PRESSURE_HUGE,
	.calls = "mmap(PROT_EXEC) of a file; khugepaged collapses; open() of it for writing",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.callers = CALLER_BIT(CALLER_OTHER),
	.proof = PROOF,
	/* Still awake from the round before, it may take what nobody has mapped yet. */
	.hits = { 1, 2 },
	.preserves = BACKING_BIT(BACKING_FILE),
	.frees = BACKING_BIT(BACKING_FILE),
	.granule = HUGE_BYTES,
	.needs = { huge_file_missing, huge_khugepaged_missing, pagemap_missing },
	.changes = HUGE_KHUGEPAGED_CHANGES,
	.set_up = set_up_khugepaged,
	.apply = apply_khugepaged,
};
