// SPDX-License-Identifier: GPL-2.0
/*
 * Two mappings of a hugetlb file that cover the same 1 GiB share its page table.
 * Any call on a part of one must first give it a page table of its own, which
 * unmaps all of its pages from the guest, even those far from that part.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "base/deadline.h"
#include "memory/pagemap.h"
#include "memory/uffd.h"
#include "oracle/oracle.h"
#include "pressure/huge.h"
#include "vm/arch.h"

#define SHARED_BYTES	(1UL << 30)	/* what one page table of huge pages maps */
#define FAR_END		(SHARED_BYTES - HUGE_BYTES)
#define WITNESS		(SHARED_BYTES / 2)

/*
 * The area lies at the start of the first mapping.  A page in the middle is only
 * ever touched through the second: the first has it if they share.
 */
struct share {
	char *reserved;		/* addresses for an aligned mapping */
	char *other;		/* the second mapping */
	struct uffd uffd;
	bool opened;		/* uffd */
};

static int map(const struct area *a, char *at, struct result *r)
{
	void *p = mmap(at, SHARED_BYTES, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_FIXED | MAP_NORESERVE, a->fd, area_file_offset(a));

	if (p == MAP_FAILED)
		return result_errno(r, "mmap(%p, %lu, %s)", at, SHARED_BYTES, a->backing->name);
	return 0;
}

static int look(const struct press *p, bool *shared, struct result *r)
{
	pagemap_t page;

	if (pagemap_read(p->area->hva + WITNESS, 1, &page, r))
		return -1;
	*shared = page & PAGEMAP_PRESENT;
	return 0;
}

static int check_sharing(const struct press *p, struct result *r)
{
	bool shared;

	if (look(p, &shared, r))
		return -1;
	if (shared)
		return 0;
	return result_skip(r, "mappings of hugetlb do not share page tables: kernel without CONFIG_HUGETLB_PMD_PAGE_TABLE_SHARING, which needs a CONFIG_NR_CPUS of at least 4");
}

static int set_up(struct press *p, struct result *r)
{
	struct share *s = calloc(1, sizeof(*s));
	void *reserved;

	if (!s)
		return result_errno(r, "calloc()");
	p->state = s;
	if ((uintptr_t)p->area->hva % SHARED_BYTES || area_file_offset(p->area) % SHARED_BYTES)
		return result_error(r, "area at %p, file offset %lld: not aligned to 1 GiB",
				    p->area->hva, (long long)area_file_offset(p->area));
	reserved = mmap(NULL, 2 * SHARED_BYTES, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (reserved == MAP_FAILED)
		return result_errno(r, "mmap(%lu, PROT_NONE)", 2 * SHARED_BYTES);
	s->reserved = reserved;
	s->other = (char *)(((uintptr_t)reserved + SHARED_BYTES - 1) & ~(SHARED_BYTES - 1));
	/* The view of the file's halves, which lies behind the area, goes. */
	p->area->file_view = NULL;
	if (map(p->area, s->other, r) || map(p->area, p->area->hva, r))
		return -1;
	*(volatile char *)(s->other + WITNESS) = 1;
	*(volatile char *)p->area->hva;
	return check_sharing(p, r);
}

static void tear_down(struct press *p)
{
	struct share *s = p->state;

	if (s && s->reserved) {
		munmap(s->reserved, 2 * SHARED_BYTES);
		munmap(p->area->hva, SHARED_BYTES);
	}
	free(s);
}

/* Does KVM map what the mapping has no page table for?  Return: 0, or -1 with a failure. */
static int judge_kvm(const struct press *p, struct result *r)
{
	unsigned long long small, pages;

	if (vm_mapped(p->vm, &small, &pages) || !pages)
		return 0;
	return result_fail(r, CONTRACT_NO_STALE,
			   "KVM maps %llu huge pages though the page table that had them no longer belongs to the mapping",
			   pages);
}

/* They share again from the guest's next fault on, if it has to fault. */
static int await_shared(const struct press *p, struct result *r)
{
	struct deadline deadline;
	pagemap_t page;
	bool shared;

	deadline_start(&deadline, p->budget_ns);
	do {
		if (look(p, &shared, r))
			return -1;
		if (shared)
			return 0;
	} while (deadline_poll(&deadline));
	if (pagemap_read(p->area->hva, 1, &page, r) ||
	    (!(page & PAGEMAP_PRESENT) && judge_kvm(p, r)))
		return -1;
	return result_error(r, "%s: the page table is not shared again after %llu ms", p->row->name,
			    (unsigned long long)p->budget_ns / 1000000);
}

/* With the guest out: neither the host's page table nor KVM's may still have the area. */
static int judge_unshared(struct press *p, struct result *r)
{
	bool shared;

	if (look(p, &shared, r))
		return -1;
	if (shared)
		return result_error(r, "%s: the page table is still shared", p->row->name);
	if (judge_kvm(p, r))
		return -1;
	p->proved++;
	return 0;
}

/* Once with the guest at work, and once with the guest out, to see what is left. */
static int part(struct press *p, int (*call)(struct press *p, struct result *r),
		int (*undo)(struct press *p, struct result *r), struct result *r)
{
	int ret;

	if (await_shared(p, r) || call(p, r) || undo(p, r) || await_shared(p, r))
		return -1;
	ret = press_pause(p, r) || call(p, r) || judge_unshared(p, r) ? -1 : 0;
	if (undo(p, r))
		ret = -1;
	press_resume(p);
	return ret;
}

static int discard_far_end(struct press *p, struct result *r)
{
	return area_dontneed(p->area, p->area->hva + FAR_END, HUGE_BYTES, r);
}

static int nothing(struct press *p, struct result *r)
{
	(void)p;
	(void)r;
	return 0;
}

static int apply_dontneed(struct press *p, struct result *r)
{
	return part(p, discard_far_end, nothing, r);
}

#define PROOF	"page table shared, and then not, for KVM neither"

PRESSURE(huge_unshare_dontneed) = {
	.name = "unshare_dontneed",
	.family = PRESSURE_HUGE,
	.calls = "madvise(MADV_DONTNEED) of one page in 1 GiB with a shared page table",
	.events = "clear",
	.proof = PROOF,
	.preserves = BACKING_BIT(BACKING_HUGETLB_SHARED),
	.granule = HUGE_BYTES,
	.needs = { pagemap_missing },
	.set_up = set_up,
	.apply = apply_dontneed,
	.tear_down = tear_down,
};

static int protect_far_end(struct press *p, struct result *r)
{
	char *at = p->area->hva + FAR_END;

	if (mprotect(at, HUGE_BYTES, PROT_READ))
		return result_errno(r, "mprotect(%p, %lu, PROT_READ)", at, HUGE_BYTES);
	return 0;
}

/* What mprotect() has split never becomes one mapping again. */
static int map_again(struct press *p, struct result *r)
{
	int ret;

	vm_gap_open(p->vm);
	ret = map(p->area, p->area->hva, r);
	vm_gap_close(p->vm);
	return ret;
}

static int apply_mprotect(struct press *p, struct result *r)
{
	return part(p, protect_far_end, map_again, r);
}

PRESSURE(huge_unshare_mprotect) = {
	.name = "unshare_mprotect",
	.family = PRESSURE_HUGE,
	.calls = "mprotect() of one page in 1 GiB with a shared page table, mmap(MAP_FIXED) of all",
	/* Before v6.1 only the call itself unshares; since then the split that it makes does. */
	.events = "clear protection_vma",
	.proof = PROOF,
	.preserves = BACKING_BIT(BACKING_HUGETLB_SHARED),
	.granule = HUGE_BYTES,
	.needs = { pagemap_missing },
	.set_up = set_up,
	.apply = apply_mprotect,
	.tear_down = tear_down,
};

#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM	(1 << 12)
#endif

static const char *uffd_wp_missing(void)
{
	return uffd_has(UFFD_FEATURE_WP_HUGETLBFS_SHMEM) ? NULL :
	       "no write-protection of hugetlb by userfaultfd: kernel before v5.19, or an architecture without it";
}

/* Bits of a page table that may be registered are one mapping's own. */
static int register_all(struct press *p, struct result *r)
{
	struct share *s = p->state;

	s->opened = true;
	if (uffd_open(&s->uffd, UFFD_FEATURE_WP_HUGETLBFS_SHMEM, HUGE_BYTES, p->budget_ns, r))
		return -1;
	return uffd_register(&s->uffd, p->area->hva, SHARED_BYTES, UFFDIO_REGISTER_MODE_WP, r);
}

/* It keeps the page table that it was given. */
static int unregister(struct press *p, struct result *r)
{
	struct share *s = p->state;
	int ret = 0;

	if (s->opened)
		ret = uffd_close(&s->uffd, r);
	s->opened = false;
	return map_again(p, r) ? -1 : ret;
}

static int apply_uffd(struct press *p, struct result *r)
{
	return part(p, register_all, unregister, r);
}

static void tear_down_uffd(struct press *p)
{
	struct share *s = p->state;
	struct result ignored;

	result_init(&ignored);
	if (s && s->opened)
		uffd_close(&s->uffd, &ignored);
	tear_down(p);
}

PRESSURE(huge_unshare_uffd) = {
	.name = "unshare_uffd",
	.family = PRESSURE_HUGE,
	.calls = "UFFDIO_REGISTER for write-protection of 1 GiB with a shared page table, mmap(MAP_FIXED) of all",
	.since = "v5.19",
	.events = "clear",
	.proof = PROOF,
	.preserves = BACKING_BIT(BACKING_HUGETLB_SHARED),
	.granule = HUGE_BYTES,
	.needs = { pagemap_missing, uffd_missing, uffd_wp_missing },
	.set_up = set_up,
	.apply = apply_uffd,
	.tear_down = tear_down_uffd,
};
