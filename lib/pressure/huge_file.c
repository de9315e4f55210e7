// SPDX-License-Identifier: GPL-2.0
/*
 * Huge pages in the page cache of a disk's filesystem: the kernel makes them of
 * what programs are run from, which nobody has open for writing.  Whoever opens
 * the file for writing makes the kernel drop them all.
 */
#include <sys/mman.h>

#include "deadline.h"
#include "huge.h"
#include "oracle.h"
#include "pagemap.h"

#define PROBES		20

/* Only trying tells. */
static bool file_can_be_huge(void)
{
	struct result ignored;
	struct area area;
	bool can = false;
	unsigned int i;

	result_init(&ignored);
	if (area_create(&area, &backings[BACKING_FILE], HUGE_BYTES, &ignored))
		return false;
	*(volatile char *)area.hva = 1;
	if (!area_to_program(&area, &ignored)) {
		for (i = 0; i < PROBES && !can; i++) {
			can = !madvise(area.hva, area.size, HUGE_MADV_COLLAPSE);
			if (!can)
				sleep_ns(DEADLINE_POLL_NS);
		}
	}
	area_destroy(&area);
	return can;
}

static const char *huge_file_missing(void)
{
	if (disk_missing())
		return disk_missing();
	if (huge_collapse_missing())
		return huge_collapse_missing();
	return file_can_be_huge() ? NULL :
	       "files on a disk get no huge pages: kernel without CONFIG_READ_ONLY_THP_FOR_FS";
}

/* A guest that only reads goes on with the program, another waits for its memory. */
static int run_huge(struct press *p, struct result *r)
{
	bool reads = p->coherence->writer == GUEST_WRITER_HOST;
	int ret;

	if (reads)
		vm_hole_close(p->vm);
	ret = huge_collapse(p, r);
	if (!ret && reads)
		ret = huge_in_kvm(p, r);
	else if (!ret)
		p->proved += p->area->size / HUGE_BYTES;
	if (reads)
		vm_hole_open(p->vm);
	return ret;
}

static int apply(struct press *p, struct result *r)
{
	int ret;

	vm_hole_open(p->vm);
	ret = area_to_program(p->area, r);
	if (!ret)
		ret = run_huge(p, r);
	if (area_to_memory(p->area, r))
		ret = -1;
	vm_hole_close(p->vm);
	return ret;
}

PRESSURE(huge_file) = {
	.name = "program_collapse",
	.family = PRESSURE_HUGE,
	.calls = "mmap(PROT_EXEC) of a file open for reading only, madvise(MADV_COLLAPSE), open(O_RDWR)",
	.events = "clear unmap",
	.proof = "huge page of a file, for KVM too if the guest reads",
	.preserves = BACKING_BIT(BACKING_FILE),
	.granule = HUGE_BYTES,
	.needs = { huge_file_missing, pagemap_missing },
	.apply = apply,
};
