// SPDX-License-Identifier: GPL-2.0
/*
 * Isolation: page frames that leave the guest are allocated again, as canaries
 * of the host.  They must not change while the guest runs on: a translation
 * that outlived its page writes into someone else's memory, and no other
 * oracle sees a single such write.
 */
#include <numa.h>
#include <stdlib.h>
#include <string.h>

#include "memory/pagemap.h"
#include "oracle/oracle.h"

/* Freed frames go to whoever asks next; that is not only us. */
#define CANARIES_PER_PAGE	2
#define WORDS_PER_PAGE		(PAGE_BYTES / sizeof(uint64_t))

void isolation_init(struct isolation *i, const struct area *area, struct result *r)
{
	const char *missing = pagemap_missing();

	memset(i, 0, sizeof(*i));
	i->area = area;
	i->judged = !missing;
	if (missing)
		result_note(r, "isolation did not judge: %s", missing);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void isolation_adopt(struct isolation *i, uint64_t *frames, size_t nr)
{
	i->frames = frames;
	i->nr = nr;
	qsort(i->frames, i->nr, sizeof(*i->frames), compare);
}

int isolation_before(struct isolation *i, struct result *r)
{
	size_t nr = i->area->size / PAGE_BYTES, n;
	uint64_t *frames;

	if (!i->judged)
		return 0;
	frames = pagemap_area(i->area, r);
	if (!frames)
		return -1;
	for (n = 0; n < nr; n++)
		frames[n] = pagemap_pfn(frames[n]);
	isolation_adopt(i, frames, nr);
	return 0;
}

/* Memory that the freed frames are likely to become: of the same size. */
static const struct backing *canary_backing(const struct backing *guest)
{
	if (backing_bit(guest) & ON_HUGETLB)
		return &backings[BACKING_HUGETLB];
	return &backings[guest->granule == HUGE_BYTES ? BACKING_ANON_THP : BACKING_ANON];
}

static uint64_t *canary(const struct isolation *i, size_t page)
{
	return (uint64_t *)(i->canaries.hva + page * PAGE_BYTES);
}

static void fill(struct isolation *i)
{
	size_t pages = i->canaries.size / PAGE_BYTES, page, n;

	for (page = 0; page < pages; page++) {
		for (n = 0; n < WORDS_PER_PAGE; n++)
			canary(i, page)[n] = GUEST_CANARY;
	}
}

/* Keep in @caught which canaries sit in frames that were the guest's. */
static int find_caught(struct isolation *i, struct result *r)
{
	size_t pages = i->canaries.size / PAGE_BYTES, n;
	pagemap_t *now = pagemap_area(&i->canaries, r);

	i->caught = calloc(pages, sizeof(*i->caught));
	if (!now || !i->caught) {
		free(now);
		return result_error(r, "no list of %zu canaries", pages);
	}
	for (n = 0; n < pages; n++) {
		uint64_t pfn = pagemap_pfn(now[n]);

		if (pfn && bsearch(&pfn, i->frames, i->nr, sizeof(pfn), compare)) {
			i->caught[n] = pfn;
			i->total++;
		}
	}
	free(now);
	return 0;
}

int isolation_after(struct isolation *i, struct result *r)
{
	const struct backing *backing = canary_backing(i->area->backing);
	bool pool = backing == &backings[BACKING_HUGETLB];
	size_t size = i->area->size;
	struct result dry;

	if (!i->frames)
		return 0;
	/*
	 * The pool of huge pages was made for one area more, but pages that are
	 * on the move take from it too: then no frame is caught this time.
	 */
	result_init(&dry);
	if (area_create(&i->canaries, backing, pool ? size : size * CANARIES_PER_PAGE,
			pool ? &dry : r))
		return pool ? 0 : -1;
	/* Frames go back to their own node. */
	if (numa_available() >= 0)
		numa_interleave_memory(i->canaries.hva, i->canaries.size, numa_all_nodes_ptr);
	fill(i);
	return find_caught(i, r);
}

static int changed(const struct isolation *i, size_t page, struct result *r)
{
	size_t n = 0;

	while (n < WORDS_PER_PAGE && guest_load(&canary(i, page)[n]) == GUEST_CANARY)
		n++;
	if (n == WORDS_PER_PAGE)
		return 0;
	return result_fail(r, CONTRACT_NO_STALE,
			   "frame %#llx left the guest and was given to the host; then something wrote %#llx at offset %zu of it",
			   (unsigned long long)i->caught[page],
			   (unsigned long long)canary(i, page)[n], n * sizeof(uint64_t));
}

int isolation_check(struct isolation *i, struct result *r)
{
	size_t pages = i->canaries.size / PAGE_BYTES, n;
	int ret = 0;

	for (n = 0; i->caught && n < pages; n++) {
		if (i->caught[n] && changed(i, n, r))
			ret = -1;
	}
	isolation_release(i);
	return ret;
}

void isolation_release(struct isolation *i)
{
	free(i->frames);
	free(i->caught);
	i->frames = NULL;
	i->caught = NULL;
	area_destroy(&i->canaries);
}
