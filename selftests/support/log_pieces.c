// SPDX-License-Identifier: GPL-2.0
/*
 * Clearing the dirty log in pieces, and looking at all of it.
 */
#include <errno.h>
#include <string.h>

#include "support/log_pieces.h"

#define WORD	64UL		/* pages, for KVM on any host */
#define LAST	(LOG_PIECES_WORDS - 1)

_Static_assert(sizeof(unsigned long) * 8 == WORD, "a word of the log is no unsigned long");

/* In words; the last one ends with the slot. */
struct piece {
	unsigned int first, nr;
};

static const struct piece pieces[] = { { 1, 1 }, { 2, 1 }, { 0, 1 }, { 1, 2 }, { 0, 3 }, { 0, 2 } };

#define NR_PIECES	(sizeof(pieces) / sizeof(pieces[0]))

static size_t pages_of(const struct piece *p)
{
	size_t end = (p->first + p->nr) * WORD;

	return (end < LOG_PIECES_PAGES ? end : LOG_PIECES_PAGES) - p->first * WORD;
}

/* The bits of a word that stand for pages. */
static unsigned long valid(unsigned int word)
{
	return word < LAST ? ~0UL : (1UL << LOG_PIECES_PAGES % WORD) - 1;
}

static int clear(struct log_pieces *w, const struct piece *p, unsigned long *bits,
		 struct result *r)
{
	errno = -dirty_log_clear(&w->log, p->first * WORD, pages_of(p), bits);
	if (errno)
		return result_errno(r, "KVM_CLEAR_DIRTY_LOG(page %lu, %zu pages)",
				    p->first * WORD, pages_of(p));
	w->cleared++;
	return 0;
}

/* ---- while the guest goes on writing ---- */

/* All that is in the log, word by word, begun elsewhere each time. */
static int clear_meanwhile(struct log_pieces *w, unsigned int round, struct result *r)
{
	unsigned int i;

	if (dirty_log_get(&w->log, r))
		return -1;
	for (i = 0; i < LOG_PIECES_WORDS; i++) {
		struct piece piece = { (round + i) % LOG_PIECES_WORDS, 1 };

		if (clear(w, &piece, &w->log.bits[piece.first], r))
			return -1;
	}
	return 0;
}

/* Once it has written to all pages, and is parked, each of them is there. */
static int judge_written(struct scenario_run *run, struct result *r)
{
	struct log_pieces *w = run->spec->own;
	unsigned int page;

	if (progress_await(&run->progress, 2 * run->visits, run->budget_ns,
			   "with its dirty log cleared in pieces", r) ||
	    vm_park(&run->vm, run->budget_ns, r) || dirty_log_get(&w->log, r))
		return -1;
	result_judged(r, ORACLE_DIRTY_LOG);
	for (page = 0; page < LOG_PIECES_PAGES; page++) {
		if (!dirty_log_has(&w->log, page))
			return result_fail(r, CONTRACT_CONTENTS,
					   "page %u was written after it was cleared in the dirty log, and is not in it again",
					   page);
	}
	return 0;
}

/* ---- while it does not ---- */

static int judge_log(struct log_pieces *w, const unsigned long *expected, const char *after,
		     const struct piece *p, struct result *r)
{
	unsigned int i;

	if (dirty_log_get(&w->log, r))
		return -1;
	for (i = 0; i < LOG_PIECES_WORDS; i++) {
		if (w->log.bits[i] != expected[i])
			return result_fail(r, CONTRACT_CONTENTS,
					   "after %s of %zu pages from page %lu on the dirty log has %#lx from page %lu on, and not %#lx",
					   after, pages_of(p), p->first * WORD, w->log.bits[i],
					   i * WORD, expected[i]);
	}
	return 0;
}

/* Every third page, or each; behind the end of the slot there is nothing that could be cleared. */
static unsigned long mask_of(unsigned int nth)
{
	static const unsigned long masks[] = {
		0x9249249249249249, ~0UL, 0x4924924924924924, 0x8000000000000001,
	};

	return masks[nth % (sizeof(masks) / sizeof(masks[0]))];
}

static int clear_exactly(struct log_pieces *w, unsigned int round, struct result *r)
{
	unsigned long expected[LOG_PIECES_WORDS], bits[LOG_PIECES_WORDS];
	unsigned int i, n;

	for (i = 0; i < LOG_PIECES_WORDS; i++)
		expected[i] = valid(i);
	for (n = 0; n < NR_PIECES; n++) {
		const struct piece *p = &pieces[(round + n) % NR_PIECES];

		for (i = 0; i < p->nr; i++) {
			bits[i] = mask_of(round + n + i);
			expected[p->first + i] &= ~bits[i];
		}
		if (clear(w, p, bits, r) || judge_log(w, expected, "a clearing", p, r))
			return -1;
	}
	return 0;
}

/* Neither whole words nor the rest of the slot. */
static int refuse(struct log_pieces *w, struct result *r)
{
	static const struct {
		size_t first, nr;
	} wrong[] = {
		{ 1, WORD }, { 0, WORD - 1 }, { LAST * WORD, WORD }, { 0, LOG_PIECES_PAGES + 1 },
		{ WORD, LOG_PIECES_PAGES - WORD - 1 }, { LOG_PIECES_WORDS * WORD, 0 },
	};
	unsigned long bits[LOG_PIECES_WORDS + 1], expected[LOG_PIECES_WORDS];
	static const struct piece whole = { 0, LOG_PIECES_WORDS };
	unsigned int i;
	int err;

	memset(bits, 0xff, sizeof(bits));
	memcpy(expected, w->log.bits, sizeof(expected));
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		err = -dirty_log_clear(&w->log, wrong[i].first, wrong[i].nr, bits);
		if (err != EINVAL)
			return result_fail(r, CONTRACT_CONTENTS,
					   "KVM_CLEAR_DIRTY_LOG(page %zu, %zu pages) of %d pages: %s, and not EINVAL",
					   wrong[i].first, wrong[i].nr, LOG_PIECES_PAGES,
					   err ? strerror(err) : "done");
	}
	return judge_log(w, expected, "a refused clearing", &whole, r);
}

/* ---- the steps besides the pressure's ---- */

static int first(struct scenario_run *run, struct result *r)
{
	struct log_pieces *w = run->spec->own;

	if (run->area.size != LOG_PIECES_PAGES * PAGE_BYTES)
		return result_error(r, "the area has %zu bytes, and not %d pages",
				    run->area.size, LOG_PIECES_PAGES);
	return dirty_log_start(&w->log, w->way, &run->vm, r);
}

static int after_round(struct scenario_run *run, struct result *r)
{
	struct log_pieces *w = run->spec->own;
	int ret;

	ret = clear_meanwhile(w, run->rounds, r) ?: judge_written(run, r) ?: refuse(w, r) ?:
	      clear_exactly(w, run->rounds, r);
	vm_resume(&run->vm);
	return ret;
}

static int last(struct scenario_run *run, struct result *r)
{
	struct log_pieces *w = run->spec->own;
	int ret = 0;

	/* What was cleared while it did not write. */
	if (w->cleared && r->kind == RESULT_PASS) {
		ret = judge_written(run, r);
		vm_resume(&run->vm);
	}
	result_note(r, "dirty log (%s): %u pieces cleared", dirty_log_way_name(w->way), w->cleared);
	return dirty_log_stop(&w->log, r) ?: ret;
}

const struct scenario_steps log_pieces_steps = {
	.first = first,
	.after_round = after_round,
	.last = last,
};
