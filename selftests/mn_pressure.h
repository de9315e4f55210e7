/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that run a family of pressures: every row on every backing it has
 * an effect on, with each workload that can judge this effect, each injector and
 * number of vCPUs.
 *
 * All of these can be asked for by name.  By default a selection runs in which
 * each row meets each of its backings once and the other choices take turns, so
 * that pairs of them meet as well.  With -a it is everything for the core
 * workloads, and for the others each row on each backing once.
 */
#ifndef MN_PRESSURE_H
#define MN_PRESSURE_H

#include "mn_harness.h"
#include "runner/results_table.h"

#define MN_NR_PAGES	64
#define MN_NR_ROUNDS	4

/* The core first. */
static const char * const mn_workloads[] = {
	"sweep_write", "sweep_verify", "spin",
	"atomic", "exec", "straddle", "string", "page_tables", "device",
};
#define MN_NR_CORE	3

static const unsigned int mn_vcpus[] = { 2, 1 };

/* What a test leaves for the table, in memory shared with its process. */
struct mn_outcome {
	const struct scenario *spec;
	struct figures figures;
	uint64_t start_ns;
};

static struct mn_outcome *mn_outcome;
static struct results_table mn_table;

static inline void mn_account(const struct result *r)
{
	if (mn_outcome->spec)
		table_add(&mn_table, mn_outcome->spec, &mn_outcome->figures, r,
			  now_ns() - mn_outcome->start_ns);
	memset(mn_outcome, 0, sizeof(*mn_outcome));
}

static inline void mn_print_table(void)
{
	table_print(&mn_table);
}

/* mn_account_begin() - have a table of what the scenarios delivered; from add_variants() */
static inline void mn_account_begin(void)
{
	mn_outcome = mmap(NULL, sizeof(*mn_outcome), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mn_outcome == MAP_FAILED) {
		perror("mmap");
		exit(KSFT_FAIL);
	}
	mn.account = mn_account;
	mn.at_end = mn_print_table;
}

/*
 * mn_run_scenario_with() - a variant's scenario, with steps of the test's own
 * @variant: what the table is to show
 * @kind, @steps, @own: see struct scenario
 */
static inline void mn_run_scenario_with(const struct scenario *variant,
					const struct vm_kind *kind,
					const struct scenario_steps *steps, void *own)
{
	struct scenario spec = *variant;

	spec.kind = kind;
	spec.steps = steps;
	spec.own = own;
	spec.min_ns = mn.options.seconds * 1000000000ULL;
	spec.may_spoil = mn.options.may_spoil;
	mn_outcome->spec = variant;
	mn_outcome->start_ns = now_ns();
	scenario_run(&spec, mn.result, &mn_outcome->figures);
}

static inline void mn_run_scenario(const struct scenario *variant)
{
	mn_run_scenario_with(variant, NULL, NULL, NULL);
}

/* Injector setups that suit the row x numbers of vCPUs. */
static inline unsigned int mn_nr_choices(const struct pressure *row)
{
	unsigned int setups = 0;

	while (setup_suiting(row, setups))
		setups++;
	return setups * ARRAY_SIZE(mn_vcpus);
}

/*
 * Is a variant wanted?  All are, if patterns will choose; else all of the core
 * workloads and one of each other, or one of all, which is up to @turn.
 * @workload: index into mn_workloads[]
 * @nr: of this variant among the row's
 * @workloads: how many suit the row
 * @choices: how many variants of the row each of them has
 */
static inline bool mn_wants(unsigned int workload, unsigned int nr, unsigned int workloads,
			    unsigned int choices, unsigned int turn)
{
	if (mn.options.nr_patterns)
		return true;
	if (!mn.options.all)
		return nr == turn % (workloads * choices);
	return workload < MN_NR_CORE || nr % choices == (turn + workload) % choices;
}

static inline unsigned int mn_nr_suited(const struct scenario *row)
{
	unsigned int w, n = 0;

	for (w = 0; w < ARRAY_SIZE(mn_workloads); w++)
		n += pressure_suits(row->pressure, row->backing, workload_find(mn_workloads[w]));
	return n;
}

/* The variants of one row on one backing; @turn decides which covers it. */
static inline void mn_add_row(const struct scenario *row, unsigned int turn,
			      void (*add)(const struct scenario *spec, const char *name))
{
	unsigned int workloads = mn_nr_suited(row), choices = mn_nr_choices(row->pressure);
	unsigned int w, choice, n = 0;
	struct scenario spec = *row;
	char name[128];

	for (w = 0; w < ARRAY_SIZE(mn_workloads); w++) {
		spec.workload = workload_find(mn_workloads[w]);
		if (!pressure_suits(spec.pressure, spec.backing, spec.workload))
			continue;
		for (choice = 0; choice < choices; choice++) {
			if (!mn_wants(w, n++, workloads, choices, turn))
				continue;
			spec.injector = setup_suiting(spec.pressure, choice / ARRAY_SIZE(mn_vcpus));
			spec.nr_vcpus = mn_vcpus[choice % ARRAY_SIZE(mn_vcpus)];
			snprintf(name, sizeof(name), "%s.%s.%s.%s.%uvcpu", spec.backing->name,
				 spec.pressure->name, spec.workload->name,
				 spec.injector->name, spec.nr_vcpus);
			add(&spec, name);
		}
	}
}

/*
 * Neighbours in the order above differ in one choice only.  A step that shares
 * no factor with the number of combinations visits them all, and far apart.
 */
#define MN_STEP	7

static inline void mn_add_family(enum pressure_family family,
				 void (*add)(const struct scenario *spec, const char *name))
{
	struct scenario row = { .nr_pages = MN_NR_PAGES, .rounds = MN_NR_ROUNDS };
	unsigned int b, turn = 0;

	mn_account_begin();
	while ((row.pressure = pressure_next(row.pressure))) {
		if (row.pressure->family != family)
			continue;
		for (b = 0; b < NR_BACKINGS; b++) {
			row.backing = &backings[b];
			if (!pressure_applies(row.pressure, row.backing))
				continue;
			mn_add_row(&row, turn, add);
			turn += MN_STEP;
		}
	}
}

/*
 * MN_PRESSURE_TEST() - all of a program that runs one family
 * @fixture: first part of the tests' names
 * @family: enum pressure_family
 */
#define MN_PRESSURE_TEST(fixture, family)				\
FIXTURE(fixture) {							\
	int unused;							\
};									\
FIXTURE_VARIANT(fixture) {						\
	struct scenario spec;						\
};									\
FIXTURE_SETUP(fixture)							\
{									\
}									\
FIXTURE_TEARDOWN(fixture)						\
{									\
}									\
TEST_F(fixture, guest)							\
{									\
	mn_run_scenario(&variant->spec);				\
}									\
static void mn_add_variant(const struct scenario *spec, const char *name) \
{									\
	FIXTURE_VARIANT(fixture) variant = { .spec = *spec };		\
									\
	mn_variant_add(fixture, name, &variant);			\
}									\
static void mn_add_variants(void)					\
{									\
	mn_add_family(family, mn_add_variant);				\
}									\
int main(int argc, char **argv)						\
{									\
	return mn_main(argc, argv, mn_add_variants);			\
}

#endif
