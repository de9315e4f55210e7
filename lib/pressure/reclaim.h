/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows that reclaim memory have in common.
 */
#ifndef RECLAIM_H
#define RECLAIM_H

#include "pressure/pressure.h"

/* Of a swap device: several times the memory of a test. */
#define RECLAIM_SWAP_BYTES	(64UL << 20)

/* Everything but huge pages of a pool, which are never reclaimed. */
#define ON_RECLAIMABLE		(ON_EVERY_BACKING & ~ON_HUGETLB)

/* For pressure.proof of rows that use reclaim_out(). */
#define RECLAIM_OUT_PROOF	"page swapped out or dropped"

/* reclaim_set_up() - swap for the time of the test, where the backing needs any */
int reclaim_set_up(struct press *p, struct result *r);

/* reclaim_pageout_missing() - why the kernel has no MADV_PAGEOUT, or NULL */
const char *reclaim_pageout_missing(void);

/*
 * reclaim_pageout() - one MADV_PAGEOUT of the whole area, after cleaning a file's pages
 *
 * Return: 0, or -1 with an error.  Pages that are in use may stay.
 */
int reclaim_pageout(struct press *p, struct result *r);

/*
 * reclaim_count_out() - how many of the visited pages are out of memory
 * @out: filled in: swapped out or, of a file, not in the page cache
 *
 * The guest must be paused, or it brings them back.
 * Return: 0, or -1 with an error.
 */
int reclaim_count_out(const struct press *p, unsigned int *out, struct result *r);

/*
 * reclaim_until_out() - have all visited pages reclaimed, and count them as proved
 * @reclaim: asks the kernel for it once; it need not succeed
 *
 * The guest must be paused.  Again and again until no page is left, or no more
 * go, or p->budget_ns is over.  Return: 0, or -1 with an error.
 */
int reclaim_until_out(struct press *p, int (*reclaim)(struct press *p, struct result *r),
		      struct result *r);

/*
 * reclaim_out() - the same for a guest that is at work
 *
 * Once as it is, which races but rarely gets a page that is in use; then with
 * the guest paused.
 */
int reclaim_out(struct press *p, int (*reclaim)(struct press *p, struct result *r),
		struct result *r);

/*
 * reclaim_empty_tlbs() - have KVM empty the TLBs of all vCPUs
 *
 * Whether a page was used shows in translations, which TLBs need not look at again:
 * taking any of them away has them emptied.  Return: 0, or -1 with an error.
 */
int reclaim_empty_tlbs(const struct press *p, struct result *r);

#endif
