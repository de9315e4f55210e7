// SPDX-License-Identifier: GPL-2.0
/*
 * string: the lower half of each page is filled with its stamp, the upper half is
 * copied from the lower half of the vCPU's page before; all by string
 * instructions, which faults on either page interrupt half-way.  Every word is
 * checked on the next visit, by way of one more copy.
 */
#include "guest.h"

#define PAGE_WORDS	(GUEST_PAGE_SIZE / sizeof(guest_u64))
#define HALF_WORDS	(PAGE_WORDS / 2)

static guest_u64 buffers[GUEST_MAX_VCPUS][PAGE_WORDS];

/* What was copied to the upper half; the discards are in the page's own record. */
static struct guest_page *copy_of(guest_u32 page)
{
	return &notes[page].copy;
}

/* The page of the same vCPU that comes before. */
static guest_u32 page_before(guest_u32 page)
{
	guest_u32 step = shared->nr_vcpus;

	if (page >= step)
		return page - step;
	return page + (shared->nr_pages - 1 - page) / step * step;
}

/* @rec: what half a page, of which @words were seen, was last filled with */
static void check_half(guest_u32 page, guest_u32 origin, const struct guest_page *rec,
		       const guest_u64 *words, const guest_u64 *where, guest_u32 ended)
{
	struct guest_view view = {
		.discard_end = ended,
		.floor = rec->floor,
		.floor_settled = rec->floor_settled,
		.floor_begun = rec->floor_begun,
		.ceiling = rec->ceiling,
		.discard_begin = guest_load(&records[page].discard_begin),
	};
	guest_u32 i;

	for (i = 0; i < HALF_WORDS; i++) {
		if (i && words[i] == words[i - 1])
			continue;
		view.seen = words[i];
		guest_complain(guest_page_judge(origin, &view, shared->may_spare), page,
			       where + i, &view);
	}
}

static void check(guest_u32 me, guest_u32 page)
{
	guest_u32 ended = guest_load(&records[page].discard_end);
	const guest_u64 *words = page_word(page);
	guest_u64 *seen = buffers[me];

	arch_copy(seen, words, PAGE_WORDS);
	check_half(page, page, &records[page], seen, words, ended);
	check_half(page, page_before(page), copy_of(page), seen + HALF_WORDS,
		   words + HALF_WORDS, ended);
}

static void fill(guest_u32 page)
{
	guest_u32 settled;
	guest_u64 stamp = guest_stamp_begin(&records[page], page,
					    guest_load(&shared->generation), &settled);

	arch_fill(page_word(page), stamp, HALF_WORDS);
	guest_stamp_end(&records[page], stamp, settled);
}

/* A discard that takes what is copied may have struck before or after the copy. */
static void copy(guest_u32 page)
{
	const struct guest_page *origin = &records[page_before(page)];
	struct guest_page *rec = copy_of(page);

	arch_copy(page_word(page) + HALF_WORDS, page_word(page_before(page)), HALF_WORDS);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	rec->floor = origin->floor;
	rec->ceiling = origin->floor;
	rec->floor_settled = origin->floor_settled;
	rec->floor_begun = guest_load(&records[page].discard_begin);
}

static void visit(guest_u32 me, guest_u32 page)
{
	check(me, page);
	fill(page);
	copy(page);
}

GUEST_WORKLOAD(string, "string instructions fill pages and copy from page to page",
	       GUEST_WRITER_VCPU, GUEST_FORM_WORD,
	       GUEST_JUDGES_ALL & ~GUEST_JUDGES_PLAIN)
{
	guest_sweep_own(me, visit);
}
