/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page protocol: what a visit to a page under pressure may find there.
 *
 * A part of the guest ABI, which includes it.  Pure functions, so that the guest,
 * the host's final check and the unit tests run the same code.
 */
#ifndef GUEST_PAGE_PROTOCOL_H
#define GUEST_PAGE_PROTOCOL_H

/*
 * What is known about one page, kept outside the area.
 *
 * The host numbers the discards of a page: it publishes @discard_begin before
 * the system call and @discard_end after it returned.  The writer announces a
 * stamp in @ceiling, stores it in the page, and then records which discards
 * were over before the store (@floor_settled: these cannot have taken it) and
 * which had begun after it (@floor_begun: any later one must take it), and at
 * last in @floor that the stamp is there.
 */
struct guest_page {
	guest_u64 floor;
	guest_u64 ceiling;
	guest_u32 floor_settled;
	guest_u32 floor_begun;
	guest_u32 discard_begin;
	guest_u32 discard_end;
};

/*
 * A stamp is one aligned 8-byte store, so it is never torn: page, generation
 * and counter from the top.  The counter starts at 1, so no stamp is zero; at
 * a stamp every 10 ns it lasts three hours a page, and pages take turns.
 */
#define GUEST_STAMP_COUNTER_BITS	40
#define GUEST_STAMP_GENERATION_BITS	7
#define GUEST_STAMP_PAGE_SHIFT	(GUEST_STAMP_COUNTER_BITS + GUEST_STAMP_GENERATION_BITS)
#define GUEST_STAMP_COUNTER_MAX	((1ULL << GUEST_STAMP_COUNTER_BITS) - 1)
#define GUEST_STAMP_GENERATION_MAX	((1U << GUEST_STAMP_GENERATION_BITS) - 1)
_Static_assert(GUEST_MAX_PAGES <= 1ULL << (63 - GUEST_STAMP_PAGE_SHIFT), "pages have no top bit");

static inline guest_u64 guest_stamp(guest_u32 page, guest_u32 generation,
				    guest_u64 counter)
{
	return (guest_u64)page << GUEST_STAMP_PAGE_SHIFT |
	       (guest_u64)(generation & GUEST_STAMP_GENERATION_MAX) << GUEST_STAMP_COUNTER_BITS |
	       (counter & GUEST_STAMP_COUNTER_MAX);
}

static inline guest_u32 guest_stamp_page(guest_u64 stamp)
{
	return stamp >> GUEST_STAMP_PAGE_SHIFT;
}

static inline guest_u32 guest_stamp_generation(guest_u64 stamp)
{
	return (stamp >> GUEST_STAMP_COUNTER_BITS) & GUEST_STAMP_GENERATION_MAX;
}

static inline guest_u64 guest_stamp_counter(guest_u64 stamp)
{
	return stamp & GUEST_STAMP_COUNTER_MAX;
}

/*
 * What the host fills frames with that have left the guest.  Not a stamp: its
 * page number is larger than any.
 */
#define GUEST_CANARY	0xca9a41e5ca9a41e5ULL

/* Whole-word accesses that the compiler neither tears nor repeats. */
#define guest_load(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define guest_store(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

/* What a visitor saw, in the order in which it must be read. */
struct guest_view {
	guest_u32 discard_end;
	guest_u64 floor;
	guest_u32 floor_settled;
	guest_u32 floor_begun;
	guest_u64 seen;		/* the page itself */
	guest_u64 ceiling;
	guest_u32 discard_begin;
};

/*
 * guest_look_begin() / guest_look_end() - bracket a visit to a page
 * @rec: the page's record; before the access under test, and after it
 * @view: filled in, but for what was seen
 */
static inline void guest_look_begin(const struct guest_page *rec, struct guest_view *view)
{
	view->discard_end = guest_load(&rec->discard_end);
	view->floor = guest_load(&rec->floor);
	view->floor_settled = guest_load(&rec->floor_settled);
	view->floor_begun = guest_load(&rec->floor_begun);
}

static inline void guest_look_end(const struct guest_page *rec, struct guest_view *view)
{
	view->ceiling = guest_load(&rec->ceiling);
	view->discard_begin = guest_load(&rec->discard_begin);
}

/*
 * guest_page_look() - visit a page, for GUEST_FORM_WORD
 * @rec: the page's record
 * @word: the first word of the page; this load is the access under test
 * @view: filled in
 */
static inline void guest_page_look(const struct guest_page *rec,
				   const guest_u64 *word,
				   struct guest_view *view)
{
	guest_look_begin(rec, view);
	view->seen = guest_load(word);
	guest_look_end(rec, view);
}

/*
 * guest_stamp_judge() - decide whether what a visit saw is legal, as a whole
 * @page: index of the page
 * @v: what guest_page_look() filled in
 * @may_spare: a discard may take a page, but need not
 *
 * A page nobody wrote yet is zero.  A stamp lies between floor and ceiling.
 * Zero is legal only if a discard may have struck since the floor was
 * written; a stamp that was there before a discard must not outlive it,
 * unless it may be spared.
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_stamp_judge(guest_u32 page,
						      const struct guest_view *v,
						      guest_u32 may_spare)
{
	guest_u64 counter = guest_stamp_counter(v->seen);

	if (!v->seen) {
		if (!v->floor || v->discard_begin != v->floor_settled)
			return GUEST_ERR_NONE;
		return GUEST_ERR_LOST;
	}
	if (guest_stamp_page(v->seen) != page || !counter)
		return GUEST_ERR_FOREIGN;
	if (counter < guest_stamp_counter(v->floor))
		return GUEST_ERR_STALE;
	if (counter > guest_stamp_counter(v->ceiling))
		return GUEST_ERR_FUTURE;
	if (counter == guest_stamp_counter(v->floor)) {
		if (v->seen != v->floor)
			return GUEST_ERR_FOREIGN;
		if (!may_spare && (int)(v->discard_end - v->floor_begun) > 0)
			return GUEST_ERR_UNDEAD;
	}
	return GUEST_ERR_NONE;
}

/*
 * guest_may_be_torn() - may what was seen be put together from legal parts?
 * @page: index of the page
 * @v: the view, with a whole stamp in @seen
 * @seen: what was seen, in the form that the page holds; so are
 * @floor: the last known stamp
 * @ceiling: the last announced one
 *
 * Only the CPU's own accesses are whole.  What KVM carries out for the guest, and
 * any other part of the kernel for the host, is copied byte by byte, and the page
 * can go or get another stamp in the middle.  So a byte may be zero if a discard
 * was in flight, now or when the page was written; and if the writer is at work, a
 * byte may be that of either stamp, or of any in between.
 */
static inline int guest_may_be_torn(guest_u32 page, const struct guest_view *v,
				    guest_u64 seen, guest_u64 floor, guest_u64 ceiling)
{
	int emptied = v->discard_begin != v->discard_end || v->floor_begun != v->floor_settled;
	int shift;

	if (guest_stamp_counter(v->ceiling) > guest_stamp_counter(v->floor) + 1)
		return guest_stamp_page(v->seen) == page;
	for (shift = 0; shift < 64; shift += 8) {
		guest_u8 byte = seen >> shift;

		if (byte != (guest_u8)(floor >> shift) && byte != (guest_u8)(ceiling >> shift) &&
		    (byte || !emptied))
			return 0;
	}
	return 1;
}

/*
 * guest_judge() - decide whether what a visit saw is legal
 * @may_spare: a discard may take a page, but need not
 * @page, @v, @seen, @floor, @ceiling: see guest_may_be_torn()
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_judge(guest_u32 page, const struct guest_view *v,
						guest_u32 may_spare, guest_u64 seen,
						guest_u64 floor, guest_u64 ceiling)
{
	enum guest_error_what what = guest_stamp_judge(page, v, may_spare);

	if (what != GUEST_ERR_NONE && what != GUEST_ERR_UNDEAD &&
	    guest_may_be_torn(page, v, seen, floor, ceiling))
		return GUEST_ERR_NONE;
	return what;
}

/* guest_page_judge() - the same of a page that holds the stamp itself */
static inline enum guest_error_what guest_page_judge(guest_u32 page,
						     const struct guest_view *v,
						     guest_u32 may_spare)
{
	return guest_judge(page, v, may_spare, v->seen, v->floor, v->ceiling);
}

/*
 * guest_stamp_begin() / guest_stamp_end() - bracket the store of the next stamp
 * @rec: the page's record; the caller is the page's only writer
 * @page: index of the page
 * @generation: published with the stamp, for diagnosis
 * @settled: handed from the one to the other
 *
 * The epochs reach the record only after the store: whoever reads them there
 * also finds the stamp, or a later one, in the page.  The full barrier keeps
 * the store before the look at discard_begin.
 *
 * Return: the stamp to store.
 */
static inline guest_u64 guest_stamp_begin(struct guest_page *rec, guest_u32 page,
					  guest_u32 generation, guest_u32 *settled)
{
	guest_u64 stamp = guest_stamp(page, generation,
				      guest_stamp_counter(rec->ceiling) + 1);

	*settled = guest_load(&rec->discard_end);
	guest_store(&rec->ceiling, stamp);
	return stamp;
}

static inline void guest_stamp_end(struct guest_page *rec, guest_u64 stamp, guest_u32 settled)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	guest_store(&rec->floor_settled, settled);
	guest_store(&rec->floor_begun, guest_load(&rec->discard_begin));
	guest_store(&rec->floor, stamp);
}

/*
 * A short stamp fits where 8 bytes do not: page and low bits of the counter.
 * The top bit is always set, so that none is zero, and sign-extended none is an
 * address that the guest maps.
 *
 * It has no room for the numbers of all pages.  Those below 2048 stand there as they are;
 * of more pages some share a number, but never two that lie a multiple of 8 MiB apart, as the
 * pages do that a wrong entry of a page table confuses.
 */
#define GUEST_SHORT_MARK	0x80000000U
#define GUEST_SHORT_PAGE_SHIFT	20
#define GUEST_SHORT_COUNTER_MAX	((1U << GUEST_SHORT_PAGE_SHIFT) - 1)
#define GUEST_SHORT_PAGE_BITS	(31 - GUEST_SHORT_PAGE_SHIFT)

static inline guest_u32 guest_short_page(guest_u32 page)
{
	return (page ^ (page >> GUEST_SHORT_PAGE_BITS) * 65) & ((1U << GUEST_SHORT_PAGE_BITS) - 1);
}

static inline guest_u32 guest_short_stamp(guest_u64 stamp)
{
	return GUEST_SHORT_MARK |
	       guest_short_page(guest_stamp_page(stamp)) << GUEST_SHORT_PAGE_SHIFT |
	       (stamp & GUEST_SHORT_COUNTER_MAX);
}

/*
 * guest_long_stamp() - the stamp of which this is the short form
 * @page: index of the page it was found in
 * @seen: what was found
 * @floor: last known stamp of the page; the one looked for is near it
 *
 * What is no short stamp of this page becomes what is no stamp of it either.
 */
static inline guest_u64 guest_long_stamp(guest_u32 page, guest_u32 seen, guest_u64 floor)
{
	guest_u64 counter = guest_stamp_counter(floor);
	guest_u32 ahead;

	if (!seen)
		return 0;
	if (seen >> GUEST_SHORT_PAGE_SHIFT !=
	    (GUEST_SHORT_MARK >> GUEST_SHORT_PAGE_SHIFT | guest_short_page(page)))
		return seen == (guest_u32)GUEST_CANARY ? GUEST_CANARY : 1ULL << 63 | seen;
	ahead = (seen - counter) & GUEST_SHORT_COUNTER_MAX;
	counter += ahead;
	if (ahead > GUEST_SHORT_COUNTER_MAX / 2)
		counter -= GUEST_SHORT_COUNTER_MAX + 1;
	return guest_stamp(page, guest_stamp_generation(floor), counter);
}

/*
 * guest_short_judge() - as guest_page_judge(), where a short stamp was seen
 * @v: gets the long form of @seen
 */
static inline enum guest_error_what guest_short_judge(guest_u32 page, guest_u32 seen,
						      struct guest_view *v,
						      guest_u32 may_spare)
{
	v->seen = guest_long_stamp(page, seen, v->floor);
	return guest_judge(page, v, may_spare, seen,
			   v->floor ? guest_short_stamp(v->floor) : 0,
			   guest_short_stamp(v->ceiling));
}

#include "arch_abi.h"

/* What code in a page returns: a short stamp; 0 for none; for other code, no short stamp. */
static inline guest_u32 guest_code_result(guest_u64 code)
{
	guest_u32 result = guest_code_stamp(code);

	if (!code)
		return 0;
	if (code == guest_code(result))
		return result;
	return code == GUEST_CANARY ? (guest_u32)GUEST_CANARY : 1;
}

/* GUEST_FORM_STRADDLE: where the 8 bytes are; the last page has no next one to go on in. */
static inline guest_u64 guest_straddle_offset(guest_u32 page, guest_u32 nr_pages, guest_u64 stride)
{
	return stride == GUEST_PAGE_SIZE && page + 1 == nr_pages ? GUEST_PAGE_SIZE - 8 :
								   GUEST_PAGE_SIZE - 4;
}

/*
 * guest_sum_judge() - decide whether a sum is legal, for GUEST_FORM_SUM
 * @page: index of the page
 * @seen: the first word
 * @least: that many additions were over before the look
 * @most: so many had begun after it
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_sum_judge(guest_u32 page, guest_u64 seen,
						    guest_u64 least, guest_u64 most)
{
	guest_u64 sum = seen & ((1ULL << GUEST_STAMP_PAGE_SHIFT) - 1);

	if (!seen && (page || least))
		return GUEST_ERR_LOST;
	if (guest_stamp_page(seen) != page)
		return GUEST_ERR_FOREIGN;
	if (sum < least)
		return GUEST_ERR_STALE;
	return sum > most ? GUEST_ERR_FUTURE : GUEST_ERR_NONE;
}

/*
 * guest_entry_judge() - decide whether an entry is legal, for GUEST_FORM_TABLE
 * @page: index of the page
 * @seen: the entry, perhaps with marks of walks
 * @written: what was written there last
 *
 * Return: GUEST_ERR_NONE or what is wrong.
 */
static inline enum guest_error_what guest_entry_judge(guest_u32 page, guest_u64 seen,
						      guest_u64 written)
{
	if (!((seen ^ written) & ~GUEST_ENTRY_MARKS))
		return GUEST_ERR_NONE;
	if (!seen)
		return GUEST_ERR_LOST;
	return guest_entry_is_of(page, seen) ? GUEST_ERR_STALE : GUEST_ERR_FOREIGN;
}

/*
 * guest_page_stamp() - the writer stores its next stamp, for GUEST_FORM_WORD
 * @word: the first word of the page; this store is the access under test
 */
static inline void guest_page_stamp(struct guest_page *rec, guest_u64 *word,
				    guest_u32 page, guest_u32 generation)
{
	guest_u32 settled;
	guest_u64 stamp = guest_stamp_begin(rec, page, generation, &settled);

	guest_store(word, stamp);
	guest_stamp_end(rec, stamp, settled);
}

#endif
