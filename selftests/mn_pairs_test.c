// SPDX-License-Identifier: GPL-2.0
/*
 * mn_pairs_test - one mechanism leaves pages in a state, then another one comes.
 *
 * Each mechanism of the mm does its own work well; what users meet is the second one
 * that forgets what the first has left in the page table: a protection that is gone
 * after migration, a write that is forgotten in swap, a pinned page that moved.
 *
 * A test is a state (support/page_state.h) and a pressure.  In each round the pages are
 * put into the state, mostly with the vCPUs kept out; the pressure is applied; and what
 * the state promises is judged: in the page table, and by what the guest does next.
 * Where the state is one that the pressure must not get by, or cannot be applied in,
 * something of it is tried in the state, and the pressure applied when that is over: so it
 * is sure that the state was the reason.
 *
 * Contracts 5, 6, 9 and 10.
 */
#include <errno.h>

#include "memory/numa_pages.h"
#include "mn_chosen.h"
#include "pressure/huge.h"
#include "pressure/ksm.h"
#include "pressure/reclaim.h"
#include "support/page_state.h"

MN_ABOUT("states of pages that other mechanisms must carry on, honour or clear", 5, 6, 9, 10);
MN_MAY_CHANGE(SWAP_MAY_CHANGE ", " KSM_MAY_CHANGE);

struct pair_row {
	const struct page_state *state;
	const char *pressure;
	unsigned int backings;
	bool clears;
	int (*attempt)(struct press *p, struct result *r);	/* in the state; or NULL */
};

/* ---- what is tried in a state ---- */

static int try_migration(struct press *p, struct result *r)
{
	struct numa_pages at;
	int ret;

	if (numa_pages_open(&at, p->area, PAGE_BYTES, r))
		return -1;
	ret = numa_pages_look(&at, r) ?: numa_pages_move(&at, numa_node_after(at.nodes[0]), r);
	numa_pages_close(&at);
	return ret;
}

static int try_fork(struct press *p, struct result *r)
{
	struct cow_child child;

	return cow_child_start(&child, p, COW_CHILD_HOLDS, r) ?: cow_child_end(&child, p, NULL, r);
}

static int try_collapse(struct press *p, struct result *r)
{
	const struct area *a = p->area;

	if (huge_split_folios(p, r))
		return -1;
	if (!madvise(a->hva, a->size, HUGE_MADV_COLLAPSE) || errno == EINVAL || errno == EAGAIN ||
	    errno == EBUSY || errno == ENOMEM)
		return 0;
	return result_errno(r, "madvise(%p, %zu, MADV_COLLAPSE)", a->hva, a->size);
}

#define ON(backing)	BACKING_BIT(BACKING_##backing)
#define PAIR(of_state, with, on, ...) \
	{ .state = &state_##of_state, .pressure = with, .backings = on, ##__VA_ARGS__ }

static const struct pair_row pairs[] = {
	PAIR(uffd_protected, "move_pages_bulk",
	  ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB) | ON(HUGETLB_SHARED)),
	PAIR(uffd_protected, "pageout", ON(ANON) | ON(ANON_THP) | ON(MEMFD)),
	PAIR(uffd_protected, "swapoff", ON(ANON)),
	PAIR(uffd_protected, "madvise_dontneed", ON(MEMFD) | ON(MEMFD_THP) | ON(HUGETLB_SHARED)),
	PAIR(uffd_protected, "mprotect_none", ON(ANON) | ON(MEMFD) | ON(HUGETLB)),
	PAIR(uffd_protected, "mremap", ON(ANON) | ON(ANON_THP) | ON(MEMFD) | ON(HUGETLB), .clears = true),
	PAIR(uffd_protected, "fork_hold", ON(ANON) | ON(ANON_THP) | ON(HUGETLB), .attempt = try_fork),
	PAIR(uffd_protected, "madvise_collapse", ON(ANON_THP), .attempt = try_collapse),
	PAIR(soft_dirty, "move_pages_bulk", ON(ANON) | ON(ANON_THP) | ON(MEMFD)),
	PAIR(soft_dirty, "pageout", ON(ANON) | ON(ANON_THP)),
	PAIR(soft_dirty, "swapoff", ON(ANON)),
	PAIR(soft_dirty, "mprotect_none", ON(ANON) | ON(ANON_THP) | ON(MEMFD)),
	PAIR(soft_dirty, "mremap", ON(ANON) | ON(ANON_THP)),
	PAIR(soft_dirty, "fork_hold", ON(ANON) | ON(ANON_THP), .attempt = try_fork),
	PAIR(soft_dirty, "madvise_collapse", ON(ANON_THP), .attempt = try_collapse),
	PAIR(soft_dirty, "soft_offline", ON(ANON_THP)),
	PAIR(pinned, "move_pages_bulk", ON(ANON) | ON(ANON_THP) | ON(MEMFD),
	  .attempt = try_migration),
	PAIR(pinned, "pageout", ON(ANON) | ON(ANON_THP) | ON(MEMFD),
	  .attempt = reclaim_pageout),
	PAIR(pinned, "mremap", ON(ANON)),
	PAIR(pinned, "mprotect_none", ON(ANON_THP)),
	PAIR(swapped, "mremap", ON(ANON) | ON(MEMFD_PRIVATE)),
	PAIR(swapped, "mprotect_none", ON(ANON)),
	PAIR(swapped, "madvise_dontneed", ON(ANON)),
	PAIR(swapped, "fallocate_punch", ON(MEMFD)),
	PAIR(shared, "mremap", ON(ANON)),
	PAIR(shared, "mprotect_none", ON(ANON) | ON(ANON_THP) | ON(HUGETLB)),
	PAIR(shared, "madvise_dontneed", ON(ANON)),
	PAIR(shared, "madvise_collapse", ON(ANON_THP)),
	PAIR(shared, "memory_reclaim", ON(ANON)),
	PAIR(shared, "soft_offline", ON(ANON)),
	PAIR(shared, "longterm_pin", ON(ANON)),
	PAIR(shared, "direct_io", ON(ANON)),
	PAIR(shared, "uffd_wp", ON(ANON) | ON(HUGETLB)),
	PAIR(shared, "clear_refs_soft_dirty", ON(ANON)),
	PAIR(shared_swapped, "mprotect_none", ON(ANON)),
	PAIR(shared_swapped, "madvise_dontneed", ON(ANON)),
	PAIR(merged, "memory_reclaim", ON(ANON)),
	PAIR(merged, "soft_offline", ON(ANON)),
	PAIR(merged, "mremap", ON(ANON)),
	PAIR(merged, "mprotect_none", ON(ANON)),
	PAIR(merged, "longterm_pin", ON(ANON)),
	PAIR(merged, "madvise_dontneed", ON(ANON)),
};

/* ---- a round ---- */

struct at_work {
	const struct pair_row *row;
	struct pair pair;
};

static int first(struct scenario_run *run, struct result *r)
{
	struct at_work *w = run->spec->own;

	w->pair = (struct pair) {
		.state = w->row->state,
		.clears = w->row->clears,
		.after = run->spec->pressure->name,
		.press = &run->press,
	};
	return w->row->state->set_up(&w->pair, r);
}

static int before_call(struct scenario_run *run, struct result *r)
{
	struct at_work *w = run->spec->own;

	if (w->row->state->enter(&w->pair, r))
		return -1;
	if (!w->row->attempt)
		return 0;
	return w->row->attempt(w->pair.press, r) ?: w->row->state->judge(&w->pair, r);
}

static int after_call(struct scenario_run *run, struct result *r)
{
	struct at_work *w = run->spec->own;

	return w->row->attempt ? 0 : w->row->state->judge(&w->pair, r);
}

static int last(struct scenario_run *run, struct result *r)
{
	struct at_work *w = run->spec->own;

	w->row->state->tear_down(&w->pair);
	if (w->pair.press)
		pair_let_in(&w->pair);
	result_note(r, "%llu pages were %s and judged after %s",
		    (unsigned long long)w->pair.judged, w->row->state->name,
		    run->spec->pressure->name);
	if (run->rounds && !w->pair.judged)
		return result_error(r, "no page was judged that was %s", w->row->state->name);
	return 0;
}

static const struct scenario_steps steps = {
	.first = first,
	.before_call = before_call,
	.after_call = after_call,
	.last = last,
};

/* ---- the tests ---- */

FIXTURE(pairs) {
	struct at_work work;
};

FIXTURE_VARIANT(pairs) {
	struct scenario spec;
	const struct pair_row *row;
};

FIXTURE_SETUP(pairs)
{
	self->work.row = variant->row;
}

FIXTURE_TEARDOWN(pairs)
{
}

TEST_F(pairs, guest)
{
	const char *missing = variant->row->state->missing();

	if (missing)
		result_skip(mn.result, "%s: %s", variant->row->state->name, missing);
	else
		mn_run_scenario_with(&variant->spec, NULL, &steps, &self->work);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int row)
{
	FIXTURE_VARIANT(pairs) variant = { .spec = *spec, .row = &pairs[row] };

	mn_case_add(pairs, id, parameters, MN_CASE_CORE, &variant);
}

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.rounds = 2,
		.workload = workload_find("sweep_write"),
	};
	unsigned int i;

	mn_account_begin();
	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct mn_choice choices[] = {
			{ .pressure = pairs[i].pressure, .backings = pairs[i].backings },
			{ 0 },
		};

		base.keeps_frames = pairs[i].state->keeps_frames;
		mn_add_chosen(&base, pairs[i].state->name, choices, add, i);
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
