// SPDX-License-Identifier: GPL-2.0
/*
 * The huge zero page, of which there is one for everybody: who reads memory first is
 * given it, and who writes then gets memory of his own.
 *
 * KVM maps it read-only, and must drop that when anybody writes, the host included.  A
 * witness that nothing writes to shows what the guest wrote to it all the same.
 */
#include <linux/kernel-page-flags.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "host/page_flags.h"
#include "memory/pagemap.h"
#include "pressure/pressure.h"

#define USE_ZERO_PAGE	"/sys/kernel/mm/transparent_hugepage/use_zero_page"
#define HUGE_ZERO	(1ULL << KPF_ZERO_PAGE | 1ULL << KPF_THP)

/* The row at work. */
struct zero {
	char *reserved, *witness;
	uint64_t pfn;		/* of the first page of it */
};

static int set_up(struct press *p, struct result *r)
{
	struct zero *z = calloc(1, sizeof(*z));
	void *at;

	if (!z)
		return result_errno(r, "calloc()");
	p->state = z;
	at = mmap(NULL, 2 * HUGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		  -1, 0);
	if (at == MAP_FAILED)
		return result_errno(r, "mmap(%lu)", 2 * HUGE_BYTES);
	z->reserved = at;
	z->witness = (char *)(((uintptr_t)at + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1));
	if (madvise(z->witness, HUGE_BYTES, MADV_HUGEPAGE))
		return result_errno(r, "madvise(%p, %lu, MADV_HUGEPAGE)", z->witness, HUGE_BYTES);
	return 0;
}

static void tear_down(struct press *p)
{
	struct zero *z = p->state;

	if (z && z->reserved)
		munmap(z->reserved, 2 * HUGE_BYTES);
	free(z);
}

/* Only when the guest has its memory: what it had read before would never be huge. */
static int find_zero_page(struct press *p, struct zero *z, struct result *r)
{
	uint64_t flags;
	pagemap_t page;

	if (hoststate_write(p->host, USE_ZERO_PAGE, "1", r))
		return -1;
	*(volatile char *)z->witness;
	if (pagemap_read(z->witness, 1, &page, r) || page_flags(pagemap_pfn(page), &flags, r))
		return -1;
	if ((flags & HUGE_ZERO) != HUGE_ZERO)
		return result_skip(r, "who reads first is given no huge zero page: flags %#llx",
				   (unsigned long long)flags);
	z->pfn = pagemap_pfn(page);
	return 0;
}

static bool in_zero_page(const struct zero *z, pagemap_t page)
{
	return pagemap_pfn(page) - z->pfn < HUGE_BYTES / PAGE_BYTES;
}

/* With the guest out. */
static int map_zero_pages(struct press *p, const struct zero *z, struct result *r)
{
	struct area *a = p->area;
	pagemap_t page;
	size_t at;

	if (area_replace(a, r))
		return -1;
	for (at = 0; at < a->size; at += HUGE_BYTES) {
		*(volatile char *)(a->hva + at);
		if (pagemap_read(a->hva + at, 1, &page, r))
			return -1;
		if (!in_zero_page(z, page))
			return result_error(r, "the huge page at %p, read only, is not the zero page",
					    a->hva + at);
	}
	return 0;
}

static int judge_copied(struct press *p, const struct zero *z, struct result *r)
{
	pagemap_t *pages = pagemap_area(p->area, r);
	unsigned int i;
	int ret = 0;

	for (i = 0; pages && i < p->nr_pages && !ret; i++) {
		size_t page = press_index(p, i);

		if (in_zero_page(z, pages[page]))
			ret = result_fail(r, CONTRACT_CONTENTS,
					  "page %zu was written to, and is the huge zero page still",
					  page);
		else
			p->proved++;
	}
	free(pages);
	return pages ? ret : -1;
}

static int judge_witness(const struct zero *z, struct result *r)
{
	size_t at;

	for (at = 0; at < HUGE_BYTES; at += sizeof(guest_u64)) {
		guest_u64 seen = guest_load((guest_u64 *)(z->witness + at));

		if (seen)
			return result_fail(r, CONTRACT_NO_STALE,
					   "the guest wrote to the huge zero page: everybody's memory has %#llx at offset %#zx",
					   seen, at);
	}
	return 0;
}

static int apply_zero(struct press *p, struct result *r)
{
	struct zero *z = p->state;
	int ret;

	if (press_pause(p, r))
		return -1;
	ret = (!z->pfn && find_zero_page(p, z, r)) || map_zero_pages(p, z, r) ? -1 : 0;
	press_call_over(p);
	press_resume(p);
	/* First the guest alone: what only reads has the zero page in KVM too. */
	if (ret || press_visited(p, "with the huge zero page", r) ||
	    press_write_all(p, "after writes over the huge zero page", r) ||
	    judge_copied(p, z, r))
		return -1;
	return judge_witness(z, r);
}

PRESSURE(huge_zero) = {
	.name = "zero_page_write",
	.family = PRESSURE_HUGE,
	.calls = "mmap(MAP_FIXED) over the area, a read of each huge page, writes",
	.events = "unmap",
	.proof = "page copied from the huge zero page",
	.discards = BACKING_BIT(BACKING_ANON_THP),
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.granule = HUGE_BYTES,
	.changes = "transparent_hugepage/enabled=always, use_zero_page=0 and then 1",
	.needs = { pagemap_missing },
	.set_up = set_up,
	.apply = apply_zero,
	.tear_down = tear_down,
};
