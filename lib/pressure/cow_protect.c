// SPDX-License-Identifier: GPL-2.0
/*
 * mprotect(): access to memory, or only writing to it, forbidden and allowed again.
 *
 * Memory that is read-only must not change, not even by a write of the guest: a
 * vCPU that writes has to stop there, while one that reads goes on.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/deadline.h"
#include "pressure/pressure.h"

#define STOP_NS		20000000ULL	/* for all vCPUs to come to a page that stops them */

static int protect(const struct area *a, size_t size, int prot, struct result *r)
{
	if (mprotect(a->hva, size, prot))
		return result_errno(r, "mprotect(%p, %zu, %#x)", a->hva, size, prot);
	return 0;
}

/* What may not be read is no path, not even a wrong one. */
static bool is_forbidden(const void *at)
{
	return access(at, F_OK) && errno == EFAULT;
}

static int forbid_all(struct press *p, struct result *r)
{
	unsigned int i;

	if (protect(p->area, p->area->size, PROT_NONE, r))
		return -1;
	for (i = 0; i < p->nr_pages; i++)
		p->proved += is_forbidden(press_page(p, i));
	return 0;
}

static int allow_all(struct press *p, struct result *r)
{
	return protect(p->area, p->area->size, PROT_READ | PROT_WRITE, r);
}

/* To the guest it is as if the memory were not mapped. */
static int apply_none(struct press *p, struct result *r)
{
	return press_gap(p, forbid_all, allow_all, r);
}

PRESSURE(cow_mprotect_none) = {
	.name = "mprotect_none",
	.family = PRESSURE_COW,
	.calls = "mprotect(PROT_NONE), mprotect(PROT_READ | PROT_WRITE)",
	.events = "protection_vma",
	.proof = "page that may not be read",
	.preserves = ON_EVERY_BACKING,
	.extra = ON_DAX,
	.apply = apply_none,
};

/* What the pages held when nobody was allowed to write any more. */
static int set_up_read(struct press *p, struct result *r)
{
	p->state = calloc(p->nr_pages, sizeof(guest_u64));
	return p->state ? 0 : result_errno(r, "calloc(%u)", p->nr_pages);
}

static void tear_down_read(struct press *p)
{
	free(p->state);
}

static unsigned int stopped_vcpus(const struct press *p)
{
	unsigned int id, stopped = 0;

	for (id = 0; id < p->vm->nr_vcpus; id++)
		stopped += guest_load(&p->vm->vcpus[id].gaps) != p->vm->vcpus[id].gaps_before;
	return stopped;
}

static void wait_until_stopped(const struct press *p)
{
	struct deadline deadline;

	deadline_start(&deadline, STOP_NS);
	while (stopped_vcpus(p) < p->vm->nr_vcpus && deadline_poll(&deadline))
		;
	/* Or for one of them, on a bed that is slow. */
	deadline_start(&deadline, p->budget_ns);
	while (!stopped_vcpus(p) && deadline_poll(&deadline))
		;
}

static int judge_unchanged(const struct press *p, size_t size, struct result *r)
{
	const guest_u64 *before = p->state;
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++) {
		guest_u64 now = guest_load(press_page(p, i));

		if ((char *)press_page(p, i) < p->area->hva + size && now != before[i])
			return result_fail(r, CONTRACT_NO_STALE,
					   "page %u at %p was written while it was read-only: %#llx became %#llx",
					   i, (void *)press_page(p, i), before[i], now);
	}
	return 0;
}

/* The pages up to @size are read-only. */
static int watch_writers(struct press *p, size_t size, struct result *r)
{
	guest_u64 *before = p->state;
	unsigned int i;

	for (i = 0; i < p->nr_pages; i++)
		before[i] = guest_load(press_page(p, i));
	wait_until_stopped(p);
	p->proved += stopped_vcpus(p);
	return judge_unchanged(p, size, r);
}

static int watch_readers(struct press *p, struct result *r)
{
	p->proved += p->vm->nr_vcpus;
	return press_visited(p, "while its memory is read-only", r);
}

static int read_only(struct press *p, size_t size, struct result *r)
{
	bool writers = !press_host_writes(p);
	int ret;

	if (writers)
		vm_gap_open(p->vm);
	ret = protect(p->area, size, PROT_READ, r);
	if (!ret)
		ret = writers ? watch_writers(p, size, r) : watch_readers(p, r);
	if (protect(p->area, size, PROT_READ | PROT_WRITE, r))
		ret = -1;
	if (writers)
		vm_gap_close(p->vm);
	return ret;
}

static int apply_read(struct press *p, struct result *r)
{
	return read_only(p, p->area->size, r);
}

PRESSURE(cow_mprotect_read) = {
	.name = "mprotect_read",
	.family = PRESSURE_COW,
	.calls = "mprotect(PROT_READ), mprotect(PROT_READ | PROT_WRITE)",
	.events = "protection_vma",
	.proof = "vCPU that read on, or was stopped at its write",
	.preserves = ON_EVERY_BACKING,
	.extra = BACKING_BIT(BACKING_DAX_PRIVATE),
	.set_up = set_up_read,
	.apply = apply_read,
	.tear_down = tear_down_read,
};

static int apply_half(struct press *p, struct result *r)
{
	return read_only(p, p->area->size / 2, r);
}

PRESSURE(cow_mprotect_read_half) = {
	.name = "mprotect_read_half",
	.family = PRESSURE_COW,
	.calls = "mprotect(PROT_READ) of one half, mprotect(PROT_READ | PROT_WRITE)",
	.events = "protection_vma",
	.proof = "vCPU that read on, or was stopped at its write",
	/* A part of a page of hugetlb cannot be protected; a huge page is split. */
	.preserves = ON_EVERY_BACKING & ~ON_HUGETLB,
	.extra = ON_DAX,
	.set_up = set_up_read,
	.apply = apply_half,
	.tear_down = tear_down_read,
};
