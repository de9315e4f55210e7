// SPDX-License-Identifier: GPL-2.0
/*
 * Held pages: moving all of them, and in each try one that no guest ever had, which shows
 * that pages can be moved here.
 */
#include <errno.h>
#include <numaif.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/deadline.h"
#include "host/page_flags.h"
#include "memory/numa_pages.h"
#include "memory/pagemap.h"
#include "oracle/held_pages.h"

struct held_pages {
	struct numa_pages at;
	int *from;		/* nodes at first, or -errno */
	size_t present;		/* pages that were on one, and may be moved */
	char *witness;		/* a page of our own */
	unsigned int tries, witnessed;	/* moves of it */
};

/* No CPU's queue and no fault holds it: the call itself sees to that. */
static int move_witness(struct held_pages *h, struct result *r)
{
	void *page = h->witness;
	int before, after;

	*h->witness = 1;
	if (move_pages(0, 1, &page, NULL, &before, 0))
		return result_errno(r, "move_pages(a page, to look)");
	if (before < 0)
		return 0;
	after = numa_node_after(before);
	if (move_pages(0, 1, &page, &after, &before, MPOL_MF_MOVE) >= 0)
		h->witnessed += before == after;
	return 0;
}

/* On the node that it was on at first; what is not in memory now is on none. */
static bool stays(const struct held_pages *h, size_t i)
{
	return h->from[i] >= 0 && h->at.nodes[i] == h->from[i];
}

/* What is mapped elsewhere, too, is not moved for us alone: it is not judged. */
static void leave_out_shared(struct held_pages *h, const size_t *index, const int *status, size_t nr)
{
	size_t n;

	for (n = 0; n < nr; n++) {
		if (status[n] != -EACCES)
			continue;
		h->from[index[n]] = -EACCES;
		h->present--;
	}
}

/*
 * One call for each node: it ends with the first batch of pages of which some cannot be moved.
 * Return: how many had to be moved, or -1 with @r; what the kernel refuses is set to -errno.
 */
static ssize_t move_from(struct held_pages *h, int node, int *refused, struct result *r)
{
	void *pages[h->at.nr];
	int to[h->at.nr], status[h->at.nr];
	size_t index[h->at.nr], i, nr = 0;

	for (i = 0; i < h->at.nr; i++) {
		if (h->from[i] != node || !stays(h, i))
			continue;
		pages[nr] = h->at.pages[i];
		index[nr] = i;
		status[nr] = 0;
		to[nr++] = numa_node_after(node);
	}
	if (!nr)
		return 0;
	if (move_pages(0, nr, pages, to, status, MPOL_MF_MOVE) >= 0) {
		leave_out_shared(h, index, status, nr);
		return nr;
	}
	if (errno != ENOMEM && errno != EACCES && errno != EPERM)
		return result_errno(r, "move_pages(%zu pages to node %d)", nr, to[0]);
	*refused = -errno;
	return nr;
}

static ssize_t move_all(struct held_pages *h, int *refused, struct result *r)
{
	ssize_t moved, sum = 0;
	int first = numa_node_after(-1), node;

	for (node = first; ; node = numa_node_after(node)) {
		moved = move_from(h, node, refused, r);
		if (moved < 0)
			return -1;
		sum += moved;
		if (numa_node_after(node) == first)
			return sum;
	}
}

static size_t count_staying(const struct held_pages *h, size_t *first)
{
	size_t i, count = 0;

	for (i = h->at.nr; i--; ) {
		if (!stays(h, i))
			continue;
		count++;
		*first = i;
	}
	return count;
}

static void note_page(const struct held_pages *h, size_t i, struct result *r)
{
	uint64_t flags = 0, count = 0;
	pagemap_t page;

	if (pagemap_missing() || pagemap_read(h->at.pages[i], 1, &page, r) ||
	    page_flags(pagemap_pfn(page), &flags, r) ||
	    page_count_read(pagemap_pfn(page), 1, &count, r))
		return;
	result_note(r, "page %zu: frame %#llx, mapped %llu times, flags %#llx", i,
		    (unsigned long long)pagemap_pfn(page), (unsigned long long)count,
		    (unsigned long long)flags);
}

static int judge_staying(const struct held_pages *h, int refused, struct result *r)
{
	size_t first = 0, staying = count_staying(h, &first);

	if (!h->present || (staying && (refused || 2 * h->witnessed < h->tries))) {
		result_not_judged(r, ORACLE_LEAKS, "no page was moved to another node: %s",
				  refused ? strerror(-refused) :
				  h->present ? "nor can others be" :
					       "none is in memory, and mapped here alone");
		return 0;
	}
	result_judged(r, ORACLE_LEAKS);
	if (!staying)
		return 0;
	note_page(h, first, r);
	return result_fail(r, CONTRACT_DEATH,
			   "no vCPU uses them, and %zu of %zu pages cannot be moved: in %u tries, %u of which moved a page that no guest ever had, page %zu stayed on node %d, so that somebody has kept a reference",
			   staying, h->present, h->tries, h->witnessed, first, h->from[first]);
}

static int try_all(struct held_pages *h, uint64_t budget_ns, struct result *r)
{
	struct deadline deadline;
	int refused = 0;
	ssize_t nr;
	size_t i;

	if (numa_pages_look(&h->at, r))
		return -1;
	for (i = 0; i < h->at.nr; i++) {
		h->from[i] = h->at.nodes[i];
		h->present += h->from[i] >= 0;
	}
	deadline_start(&deadline, budget_ns);
	do {
		nr = move_all(h, &refused, r);
		if (nr < 0 || numa_pages_look(&h->at, r))
			return -1;
		if (!nr || refused)
			break;
		h->tries++;
		if (move_witness(h, r))
			return -1;
	} while (deadline_retry(&deadline));
	return judge_staying(h, refused, r);
}

int held_pages_judge(const struct area *area, uint64_t budget_ns, struct result *r)
{
	struct held_pages h = { 0 };
	int ret = -1;

	if (numa_pages_missing()) {
		result_not_judged(r, ORACLE_LEAKS, "%s", numa_pages_missing());
		return 0;
	}
	h.witness = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (h.witness == MAP_FAILED)
		return result_errno(r, "mmap(%lu)", PAGE_BYTES);
	if (!numa_pages_open(&h.at, area, area->backing->granule, r)) {
		h.from = calloc(h.at.nr, sizeof(*h.from));
		ret = h.from ? try_all(&h, budget_ns, r) :
			       result_errno(r, "calloc(%zu nodes)", h.at.nr);
	}
	free(h.from);
	numa_pages_close(&h.at);
	munmap(h.witness, PAGE_BYTES);
	return ret;
}
