/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows that reclaim memory have in common.
 */
#ifndef RECLAIM_H
#define RECLAIM_H

#include "host/memcg.h"
#include "host/swap.h"
#include "pressure/pressure.h"

/* Size of a swap device: several times the memory of a test. */
#define RECLAIM_SWAP_BYTES	(64UL << 20)

/* Everything but hugetlb pages, which are never reclaimed. */
#define ON_RECLAIMABLE		(ON_EVERY_BACKING & ~ON_HUGETLB & ~ON_DAX)

/* For pressure.proof of rows that use reclaim_out(). */
#define RECLAIM_OUT_PROOF	"page swapped out or dropped"

/* For pressure.may_change of rows that use reclaim_set_up(), and a cgroup. */
#define RECLAIM_GROUP_MAY_CHANGE	SWAP_MAY_CHANGE "; " MEMCG_MAY_CHANGE

/* reclaim_set_up() - swap for the duration of the test, if the backing needs it */
int reclaim_set_up(struct press *p, struct result *r);

/* reclaim_pageout_missing() - why there is no MADV_PAGEOUT, or nothing to page out to, or NULL */
const char *reclaim_pageout_missing(void);

/*
 * reclaim_pageout() - one MADV_PAGEOUT of the whole area, after cleaning a file's pages
 *
 * Return: 0, or -1 with an error.  Pages that are in use may stay.
 */
int reclaim_pageout(struct press *p, struct result *r);

/*
 * reclaim_count_out() - count the visited pages that are not in memory
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
 * The guest must be paused.  Retries until no page is left, or no more pages are
 * reclaimed, or p->budget_ns is over.  Return: 0, or -1 with an error.
 */
int reclaim_until_out(struct press *p, int (*reclaim)(struct press *p, struct result *r),
		      struct result *r);

/*
 * reclaim_out() - the same for a guest that is at work
 *
 * Once while it runs, which races with it but rarely reclaims a page in use; then
 * with the guest paused.
 */
int reclaim_out(struct press *p, int (*reclaim)(struct press *p, struct result *r),
		struct result *r);

/*
 * reclaim_empty_tlbs() - have KVM empty the TLBs of all vCPUs
 *
 * Whether a page was used shows in the page tables, which a CPU does not look at
 * while the TLB has the translation: removing any translation flushes the TLBs.  Those
 * of the guest's program go, and the area keeps its own.  The guest must be paused.
 * Return: 0, or -1 with an error.
 */
int reclaim_empty_tlbs(const struct press *p, struct result *r);

/*
 * reclaim_map_pages() - memory of the test itself to compare the guest's with
 * @nr: of small pages, on all nodes in turn; nobody has used them yet
 *
 * Return: the memory, to be unmapped; NULL with an error.
 */
char *reclaim_map_pages(size_t nr, struct result *r);

/* reclaim_use() - write to each of them */
void reclaim_use(char *memory, size_t nr);

#endif
