// SPDX-License-Identifier: GPL-2.0
/*
 * userfaultfd, missing pages: the guest runs on memory that is not there yet, and
 * waits in the kernel for each page until a thread provides it.
 *
 * This is what happens after live migration with postcopy, where the pages come from
 * another host: first those that a vCPU waits for, then all others.
 */
#include <string.h>
#include <sys/mman.h>

#include "pressure/userfault.h"

#define ON_MEMORY	(ON_EVERY_BACKING & ~ON_DISK)

/* What the guest had when it was stopped. */
static int set_up_copy(struct press *p, struct result *r)
{
	void *saved = mmap(NULL, p->area->size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (saved == MAP_FAILED)
		return result_errno(r, "mmap(%zu)", p->area->size);
	p->state = saved;
	return 0;
}

static void tear_down_copy(struct press *p)
{
	if (p->state)
		munmap(p->state, p->area->size);
}

static int resolve_copy(struct uffd *u, char *unit, struct result *r)
{
	const struct press *p = u->owner;
	const char *saved = p->state;

	return uffd_copy(u, unit, saved + (unit - p->area->hva), u->unit, r);
}

/* All that nobody has waited for; whoever comes first brings a page. */
static int push_rest(struct press *p, struct uffd *u, struct result *r)
{
	size_t done;

	for (done = u->unit; done <= p->area->size; done += u->unit) {
		if (resolve_copy(u, p->area->hva + p->area->size - done, r))
			return -1;
	}
	return 0;
}

static int run_copy(struct press *p, struct uffd *u, struct result *r)
{
	struct stall still;
	int ret;

	if (press_pause(p, r))
		return -1;
	memcpy(p->state, p->area->hva, p->area->size);
	ret = userfault_discard(p, r);
	stall_begin(&still, p);
	press_resume(p);
	if (ret || stall_judge(&still, p, u, USERFAULT_TAKEN, r) || userfault_release(p, u, 0, r))
		return -1;
	p->proved += uffd_served(u);
	return push_rest(p, u, r);
}

static int apply_copy(struct press *p, struct result *r)
{
	static const struct userfault postcopy = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.resolve = resolve_copy,
		.run = run_copy,
	};

	return userfault_round(p, &postcopy, r);
}

PRESSURE(cow_uffd_copy) = {
	.name = "uffd_copy",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_DONTNEED) or fallocate(PUNCH_HOLE), UFFDIO_COPY of what was there",
	.events = "clear unmap",
	.proof = "page that a vCPU waited for and got",
	.preserves = ON_MEMORY,
	.frees = ON_MEMORY,
	.needs = { memory_advice_missing, uffd_missing },
	.set_up = set_up_copy,
	.apply = apply_copy,
	.tear_down = tear_down_copy,
};

static int resolve_zero(struct uffd *u, char *unit, struct result *r)
{
	return uffd_zero(u, unit, u->unit, r);
}

static int run_zero(struct press *p, struct uffd *u, struct result *r)
{
	struct stall still;

	if (userfault_discard(p, r))
		return -1;
	press_call_over(p);
	stall_begin(&still, p);
	if (stall_judge(&still, p, u, USERFAULT_TAKEN, r) || userfault_release(p, u, 0, r))
		return -1;
	p->proved += uffd_served(u);
	return 0;
}

static int apply_zero(struct press *p, struct result *r)
{
	static const struct userfault zero = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.resolve = resolve_zero,
		.run = run_zero,
	};

	return userfault_round(p, &zero, r);
}

PRESSURE(cow_uffd_zeropage) = {
	.name = "uffd_zeropage",
	.family = PRESSURE_COW,
	.calls = "madvise(MADV_DONTNEED) or fallocate(PUNCH_HOLE), UFFDIO_ZEROPAGE",
	.events = "clear unmap",
	.proof = "page that a vCPU waited for and got",
	/* There is no zero page of that size. */
	.discards = ON_MEMORY & ~ON_HUGETLB,
	.frees = ON_MEMORY & ~ON_HUGETLB,
	.needs = { memory_advice_missing, uffd_missing },
	.apply = apply_zero,
};

static int run_zero_again(struct press *p, struct uffd *u, struct result *r)
{
	return userfault_again(p, u, userfault_discard, r);
}

static int apply_zero_again(struct press *p, struct result *r)
{
	static const struct userfault zero_again = {
		.mode = UFFDIO_REGISTER_MODE_MISSING,
		.resolve = resolve_zero,
		.run = run_zero_again,
	};

	return userfault_round(p, &zero_again, r);
}

PRESSURE(cow_uffd_zeropage_again) = {
	.name = "uffd_zeropage_again",
	.family = PRESSURE_COW,
	.calls = "UFFDIO_ZEROPAGE, madvise(MADV_DONTNEED) or fallocate(PUNCH_HOLE) of the same pages meanwhile",
	.events = "clear unmap",
	.proof = "taken again while a vCPU waited for it",
	.discards = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.frees = BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD),
	.needs = { memory_advice_missing, uffd_missing },
	.apply = apply_zero_again,
};
