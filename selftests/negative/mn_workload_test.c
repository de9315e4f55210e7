// SPDX-License-Identifier: GPL-2.0
/*
 * mn_workload_test - pages broken on purpose, to see each workload notice.
 *
 * The host changes all pages behind the guest's back, in a way that only the
 * workload of the test can detect.  `make check` expects the failures.
 */
#include "../mn_harness.h"
#include "scenario/scenario.h"
#include "vm/arch.h"

MN_ABOUT("pages broken on purpose, for each workload to find out: fails on purpose");

#define NR_VCPUS	2
#define NR_PAGES	16
#define NR_ROUNDS	2

FIXTURE(workload) {
	int unused;
};

FIXTURE_SETUP(workload)
{
}

FIXTURE_TEARDOWN(workload)
{
}

static void run_sabotaged(const char *workload,
			  int (*sabotage)(struct scenario_run *run, struct result *r))
{
	struct scenario spec = {
		.backing = &backings[BACKING_ANON],
		.pressure = pressure_find("mremap"),
		.injector = &injector_setups[0],
		.workload = workload_find(workload),
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_PAGES,
		.rounds = NR_ROUNDS,
		.sabotage = sabotage,
	};

	if (spec.workload)
		scenario_run(&spec, mn.result, NULL);
	else
		result_skip(mn.result, "this architecture has no workload %s", workload);
}

static guest_u64 *word(const struct scenario_run *run, unsigned int page, unsigned int nr)
{
	return (guest_u64 *)(run->area.hva + page * PAGE_BYTES) + nr;
}

/* At once: under pressure the host writes its own stamps again. */
static int await_notice(struct scenario_run *run, struct result *r)
{
	return progress_await(&run->progress, run->visits, run->budget_ns,
			      "after the host broke its pages", r);
}

static int take_additions(struct scenario_run *run, struct result *r)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		__atomic_sub_fetch(word(run, i, 0), NR_VCPUS, __ATOMIC_SEQ_CST);
	return await_notice(run, r);
}

TEST_F(workload, atomic)
{
	run_sabotaged("atomic", take_additions);
}

static int swap_functions(struct scenario_run *run, struct result *r)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		guest_store(word(run, i, 0), guest_code(guest_short_stamp(guest_stamp(i + 1, 0, 1))));
	return await_notice(run, r);
}

TEST_F(workload, exec)
{
	run_sabotaged("exec", swap_functions);
}

/* The second half of the access that begins in the page before. */
static int take_halves(struct scenario_run *run, struct result *r)
{
	unsigned int i;

	for (i = 1; i < NR_PAGES; i++)
		guest_store((guest_u32 *)word(run, i, 0), 0);
	return await_notice(run, r);
}

TEST_F(workload, straddle)
{
	run_sabotaged("straddle", take_halves);
}

/* One word of what was copied. */
static int take_words(struct scenario_run *run, struct result *r)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		guest_store(word(run, i, 300), 0);
	return await_notice(run, r);
}

TEST_F(workload, string)
{
	run_sabotaged("string", take_words);
}

static int take_entries(struct scenario_run *run, struct result *r)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		guest_store(word(run, i, 0), 0);
	return await_notice(run, r);
}

/* They are words of the pages' stamps as well. */
TEST_F(workload, write_first)
{
	run_sabotaged("write_first", take_entries);
}

TEST_F(workload, page_tables)
{
	run_sabotaged("page_tables", take_entries);
}

/*
 * No longer does the code write to the device.  Who has just done so, and is on the way back, has
 * to find the rest of it.
 */
static int take_stores(struct scenario_run *run, struct result *r)
{
	const unsigned int bits = GUEST_RETURN_CODE > 0xff ? 32 : 8;
	const guest_u64 rest = GUEST_STORE_CODE >> bits << bits;
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++) {
		guest_u64 *store = word(run, i, GUEST_STORE_WORD);

		guest_store(store, rest | GUEST_RETURN_CODE);
		vm_code_written(store, sizeof(*store));
	}
	return await_notice(run, r);
}

TEST_F(workload, device)
{
	run_sabotaged("device", take_stores);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, NULL);
}
