// SPDX-License-Identifier: GPL-2.0
/*
 * mn_dirty_log_test - the dirty log has every write, whatever the mm does.
 *
 * A thread harvests the log again and again while the guest writes and a pressure
 * takes its pages away: they are zapped, migrated, swapped out, protected and
 * faulted in again, each with its own chance to lose a dirty bit, or to make a
 * page writable that the log considers clean.
 *
 * The guest's stamps show which pages it has written: a stamp that was stored after
 * one harvest with its page must be in the next.  Pages in the log that were not
 * written are legal.
 *
 * The tests `pieces` clear the log in each way that KVM_CLEAR_DIRTY_LOG has, between two calls
 * of the pressure: see support/log_pieces.h.
 *
 * Contracts 5, 9 and 10.
 */
#include "mn_chosen.h"
#include "support/log_pieces.h"

MN_ABOUT("the dirty log knows of every write while a pressure takes the pages", 5, 9, 10);

#define HARVEST_PAUSE_NS	1000000ULL

/* ---- the oracle ---- */

struct witness {
	enum dirty_log_way way;
	struct scenario_run *run;
	struct dirty_log log;
	unsigned int nr_pages;
	uint64_t *reported;	/* a page: the last stamp that a report covers for sure */
	uint64_t *before;	/* a page: the last stamp when a harvest began */
	unsigned long long harvests, bits, writes;
	pthread_t thread;
	bool running;
	uint32_t stop;
	struct result result;	/* of the thread */
};

/* Stored for sure: it is the floor that the writer publishes afterwards. */
static uint64_t stored(const struct witness *w, unsigned int page)
{
	return guest_stamp_counter(guest_load(&vm_records(&w->run->vm)[page].floor));
}

/* Not stored later than now: the ceiling is raised before each store. */
static uint64_t announced(const struct witness *w, unsigned int page)
{
	return guest_stamp_counter(guest_load(&vm_records(&w->run->vm)[page].ceiling));
}

static int judge_page(struct witness *w, unsigned int page, struct result *r)
{
	const struct guest_shared *shared = vm_shared(&w->run->vm);
	uint64_t covered = w->reported[page];

	if (dirty_log_has(&w->log, page * shared->stride / PAGE_BYTES)) {
		w->bits++;
		w->reported[page] = announced(w, page);
		return 0;
	}
	if (w->before[page] <= covered)
		return 0;
	return result_fail(r, CONTRACT_CONTENTS,
			   "page %u at gpa %#llx was written (stamp %llu, the last report covers %llu) and is not in the dirty log (%s, harvest %llu)",
			   page, shared->area_gpa + page * shared->stride,
			   (unsigned long long)w->before[page], (unsigned long long)covered,
			   dirty_log_way_name(w->way), w->harvests);
}

static int harvest(struct witness *w, struct result *r)
{
	unsigned int page;
	int ret = 0;

	for (page = 0; page < w->nr_pages; page++) {
		w->before[page] = stored(w, page);
		w->writes += w->before[page] > w->reported[page];
	}
	if (dirty_log_harvest(&w->log, r))
		return -1;
	w->harvests++;
	for (page = 0; page < w->nr_pages && !ret; page++)
		ret = judge_page(w, page, r);
	return ret;
}

static void *harvester(void *arg)
{
	struct witness *w = arg;

	while (!guest_load(&w->stop) && !harvest(w, &w->result))
		sleep_ns(HARVEST_PAUSE_NS);
	return NULL;
}

/* ---- the steps besides the pressure's ---- */

static int start_harvester(struct witness *w, struct result *r)
{
	w->stop = 0;
	result_init(&w->result);
	errno = pthread_create(&w->thread, NULL, harvester, w);
	if (errno)
		return result_errno(r, "pthread_create(harvester)");
	w->running = true;
	return 0;
}

static int first(struct scenario_run *run, struct result *r)
{
	struct witness *w = run->spec->own;
	unsigned int page;

	w->run = run;
	w->nr_pages = run->spec->nr_pages;
	w->reported = calloc(w->nr_pages, sizeof(*w->reported));
	w->before = calloc(w->nr_pages, sizeof(*w->before));
	if (!w->reported || !w->before)
		return result_errno(r, "calloc(%u pages)", w->nr_pages);
	if (dirty_log_start(&w->log, w->way, &run->vm, r))
		return -1;
	for (page = 0; page < w->nr_pages; page++)
		w->reported[page] = announced(w, page);
	return start_harvester(w, r);
}

static int stop_harvester(struct witness *w, struct result *r)
{
	if (!w->running)
		return 0;
	guest_store(&w->stop, 1);
	pthread_join(w->thread, NULL);
	w->running = false;
	if (w->result.kind == RESULT_PASS)
		return 0;
	result_adopt(r, &w->result);
	return -1;
}

static int check(struct scenario_run *run, struct result *r)
{
	struct witness *w = run->spec->own;

	/* The harvester looks at its own result, and is done with it if it failed. */
	return w->result.kind == RESULT_PASS ? 0 : stop_harvester(w, r);
}

/* With the guest parked nothing is being written: all must be reported now. */
static int last(struct scenario_run *run, struct result *r)
{
	struct witness *w = run->spec->own;
	int ret = stop_harvester(w, r);

	if (!ret && w->log.bits) {
		ret = vm_park(&run->vm, run->budget_ns, r) ?: harvest(w, r);
		vm_resume(&run->vm);
	}
	if (w->writes)
		result_judged(r, ORACLE_DIRTY_LOG);
	if (!ret && !w->bits)
		ret = result_error(r, "no effect: %llu harvests, and no page was ever dirty",
				   w->harvests);
	result_note(r, "dirty log (%s): %llu harvests, %llu pages in them, %llu written since the one before",
		    dirty_log_way_name(w->way), w->harvests, w->bits, w->writes);
	if (dirty_log_stop(&w->log, r))
		ret = -1;
	free(w->reported);
	free(w->before);
	return ret;
}

static const struct scenario_steps steps = {
	.first = first,
	.after_round = check,
	.last = last,
};

/* ---- the tests ---- */

FIXTURE(dirty_log) {
	struct witness witness;
};

FIXTURE_VARIANT(dirty_log) {
	struct scenario spec;
	enum dirty_log_way way;
};

FIXTURE_SETUP(dirty_log)
{
}

FIXTURE_TEARDOWN(dirty_log)
{
}

TEST_F(dirty_log, guest)
{
	const char *missing = dirty_log_missing(variant->way);

	if (missing) {
		result_skip(mn.result, "%s", missing);
		return;
	}
	self->witness.way = variant->way;
	mn_run_scenario_with(&variant->spec, dirty_log_kind(variant->way), &steps,
			     &self->witness);
}

/*
 * What opens no unmapped gap: a write that KVM emulates there comes out, and is no longer
 * the guest's.
 */
static const struct {
	const char *pressure;
	unsigned int backings;
} rows[] = {
	{ "madvise_dontneed", BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) },
	{ "move_pages_bulk", BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_ANON_THP) |
			     BACKING_BIT(BACKING_HUGETLB_SHARED) },
	{ "pageout", BACKING_BIT(BACKING_ANON) | BACKING_BIT(BACKING_MEMFD) },
	{ "clear_refs_soft_dirty", BACKING_BIT(BACKING_ANON) },
	{ "fork_write", BACKING_BIT(BACKING_ANON) },
};

/* Who writes: the CPU, through its translations, or KVM for it. */
static const char * const writers[] = { "sweep_write", "receive" };

static void add_ways(const struct scenario *row)
{
	FIXTURE_VARIANT(dirty_log) variant = { .spec = *row };
	struct scenario *spec = &variant.spec;
	char id[96], parameters[96];
	unsigned int writer, i;

	snprintf(id, sizeof(id), "%s%s.%s", row->aged ? "aged." : "", row->backing->name,
		 row->pressure->name);
	for (writer = 0; writer < ARRAY_SIZE(writers); writer++)
	for (variant.way = 0; variant.way < NR_DIRTY_LOG_WAYS; variant.way++)
	for (i = 0; i < nr_injector_setups; i++) {
		spec->workload = workload_find(writers[writer]);
		spec->injector = &injector_setups[i];
		snprintf(parameters, sizeof(parameters), "%s.%s.%s", writers[writer],
			 dirty_log_way_name(variant.way), spec->injector->name);
		if (pressure_suits(spec->pressure, spec->backing, spec->workload) &&
		    setup_suits(spec->injector, spec->pressure))
			mn_case_add(dirty_log, id, parameters, MN_CASE_CORE, &variant);
	}
}

/* ---- cleared in pieces ---- */

FIXTURE(pieces) {
	struct log_pieces pieces;
};

FIXTURE_VARIANT(pieces) {
	struct scenario spec;
	enum dirty_log_way way;
};

FIXTURE_SETUP(pieces)
{
}

FIXTURE_TEARDOWN(pieces)
{
}

TEST_F(pieces, guest)
{
	const char *missing = dirty_log_missing(variant->way);

	self->pieces.way = variant->way;
	if (missing)
		result_skip(mn.result, "%s", missing);
	else
		mn_run_scenario_with(&variant->spec, dirty_log_kind(variant->way),
				     &log_pieces_steps, &self->pieces);
}

static void add_pieces(const struct scenario *spec, const char *id, const char *parameters,
		       unsigned int way)
{
	FIXTURE_VARIANT(pieces) variant = { .spec = *spec, .way = way };

	mn_case_add(pieces, id, parameters, MN_CASE_CORE, &variant);
}

static void add_all_pieces(void)
{
	static const struct mn_choice discarded[] = {
		{ .pressure = "madvise_dontneed", .backings = BACKING_BIT(BACKING_ANON) },
		{ 0 },
	};
	static const struct mn_choice moved[] = {
		{ .pressure = "move_pages_bulk", .backings = BACKING_BIT(BACKING_MEMFD) },
		{ 0 },
	};
	struct scenario base = {
		.workload = workload_find("sweep_write"),
		.nr_vcpus = 2,
		.nr_pages = LOG_PIECES_PAGES,
		.rounds = MN_NR_ROUNDS,
	};

	mn_add_chosen(&base, "clear", discarded, add_pieces, DIRTY_LOG_CLEAR);
	mn_add_chosen(&base, "initially_set", moved, add_pieces, DIRTY_LOG_INITIALLY_SET);
}

static void add_variants(void)
{
	struct scenario spec = {
		.nr_vcpus = 2,
		.nr_pages = MN_NR_PAGES,
		.rounds = MN_NR_ROUNDS,
	};
	unsigned int i, b;

	mn_account_begin();
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		spec.pressure = pressure_find(rows[i].pressure);
		for (b = 0; spec.pressure && b < NR_BACKINGS; b++) {
			spec.backing = &backings[b];
			if (rows[i].backings & BACKING_BIT(b) &&
			    pressure_applies(spec.pressure, spec.backing))
				add_ways(&spec);
		}
	}
	spec.aged = 1;
	spec.pressure = pressure_find("madvise_dontneed");
	spec.backing = &backings[BACKING_MEMFD];
	add_ways(&spec);
	add_all_pieces();
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
