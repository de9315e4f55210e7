// SPDX-License-Identifier: GPL-2.0
/*
 * Calls on one half of a huge page, which must split it, and MADV_COLLAPSE, which
 * makes it huge again.
 */
#include <sys/mman.h>

#include "memory/pagemap.h"
#include "pressure/huge.h"

#define HALF	(HUGE_BYTES / 2)

static int protect_upper(const struct area *a, int prot, struct result *r)
{
	size_t at;

	for (at = HALF; at < a->size; at += HUGE_BYTES) {
		if (mprotect(a->hva + at, HALF, prot))
			return result_errno(r, "mprotect(%p, %zu, %#x)", a->hva + at, HALF, prot);
	}
	return 0;
}

static int try_read_only(struct press *p, struct result *r)
{
	return protect_upper(p->area, PROT_READ, r);
}

/* Meanwhile readers go on, and who writes to that half waits for the gap to close. */
static int apply_mprotect(struct press *p, struct result *r)
{
	int ret;

	vm_gap_open(p->vm);
	ret = huge_split_pmds(p, try_read_only, r);
	if (protect_upper(p->area, PROT_READ | PROT_WRITE, r))
		ret = -1;
	vm_gap_close(p->vm);
	return ret || huge_collapse(p, r) ? -1 : huge_in_kvm(p, r);
}

/* Only the mapping is split: of a file, the huge page in the page cache stays one. */
PRESSURE(huge_mprotect) = {
	.name = "mprotect_half",
	.family = PRESSURE_HUGE,
	.calls = "mprotect(PROT_READ) of one half and back, madvise(MADV_COLLAPSE)",
	/* Of a file, the split already unmaps all, and may leave nothing to protect. */
	.since = HUGE_COLLAPSE_SINCE,
	.events = "protection_vma clear",
	.proof = HUGE_PROOF,
	.preserves = ON_THP,
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.granule = HUGE_BYTES,
	.needs = { huge_collapse_missing, pagemap_missing },
	.apply = apply_mprotect,
};

/* The lower (0) or the upper half of each huge page. */
static int advise_half(const struct area *a, unsigned int half, int advice, struct result *r)
{
	size_t at;

	for (at = half * HALF; at < a->size; at += HUGE_BYTES) {
		if (madvise(a->hva + at, HALF, advice))
			return result_errno(r, "madvise(%p, %zu, %d)", a->hva + at, HALF, advice);
	}
	return 0;
}

/* An advice that is kept in the mapping, so that one half cannot share it with the other. */
static int try_part(struct press *p, struct result *r)
{
	return advise_half(p->area, 1, MADV_DONTFORK, r);
}

static int apply_part(struct press *p, struct result *r)
{
	if (huge_split_pmds(p, try_part, r) || advise_half(p->area, 1, MADV_DOFORK, r))
		return -1;
	return huge_collapse(p, r) ? -1 : huge_in_kvm(p, r);
}

/* No other invalidation is around it: nobody else would notify of the split. */
PRESSURE(huge_part) = {
	.name = "part_mapping",
	.family = PRESSURE_HUGE,
	.calls = "madvise(MADV_DONTFORK) of one half and back, madvise(MADV_COLLAPSE)",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = HUGE_PROOF,
	.preserves = ON_THP,
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.granule = HUGE_BYTES,
	.needs = { huge_collapse_missing, pagemap_missing },
	.apply = apply_part,
};

static int try_discard(struct press *p, struct result *r)
{
	return advise_half(p->area, 0, MADV_DONTNEED, r);
}

/*
 * What has only been read is no page to collapse, so give each huge page one that
 * was written to, where the guest has no stamp.
 */
static void write_somewhere(const struct area *a)
{
	size_t at;

	for (at = HALF - 1; at < a->size; at += HUGE_BYTES)
		*(volatile char *)(a->hva + at) = 1;
}

static int apply_dontneed(struct press *p, struct result *r)
{
	if (huge_split_pmds(p, try_discard, r) || advise_half(p->area, 1, MADV_DONTNEED, r))
		return -1;
	press_call_over(p);
	write_somewhere(p->area);
	return huge_collapse(p, r) ? -1 : huge_in_kvm(p, r);
}

/* Of a file it would only unmap, and the next fault would map all of it again. */
PRESSURE(huge_dontneed) = {
	.name = "dontneed_half",
	.family = PRESSURE_HUGE,
	.calls = "madvise(MADV_DONTNEED) of one half and of the other, madvise(MADV_COLLAPSE)",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = HUGE_PROOF,
	.discards = BACKING_BIT(BACKING_ANON_THP),
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.granule = HUGE_BYTES,
	.needs = { huge_collapse_missing, pagemap_missing },
	.apply = apply_dontneed,
};

static int try_free(struct press *p, struct result *r)
{
	return advise_half(p->area, 1, MADV_FREE, r);
}

static int apply_free(struct press *p, struct result *r)
{
	return huge_split_pmds(p, try_free, r) || huge_collapse(p, r) ? -1 : huge_in_kvm(p, r);
}

PRESSURE(huge_free) = {
	.name = "free_half",
	.family = PRESSURE_HUGE,
	.calls = "madvise(MADV_FREE) of one half, madvise(MADV_COLLAPSE)",
	.since = HUGE_COLLAPSE_SINCE,
	.events = "clear",
	.proof = HUGE_PROOF,
	/* The half that is not written to again, if memory gets short. */
	.may_discard = BACKING_BIT(BACKING_ANON_THP),
	.frees = BACKING_BIT(BACKING_ANON_THP),
	.granule = HUGE_BYTES,
	.needs = { huge_collapse_missing, pagemap_missing },
	.apply = apply_free,
};
