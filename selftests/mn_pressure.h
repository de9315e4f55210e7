/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that run a family of pressures: a test is a row on a backing that it
 * has an effect on; its cases are the workloads that can judge this effect, the
 * injectors that suit the row, and the numbers of vCPUs.
 */
#ifndef MN_PRESSURE_H
#define MN_PRESSURE_H

#include "mn_harness.h"
#include "runner/results_table.h"

#define MN_NR_PAGES	64
#define MN_NR_ROUNDS	2

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
	mn_outcome->spec = variant;
	mn_outcome->start_ns = now_ns();
	scenario_run(&spec, mn.result, &mn_outcome->figures);
}

static inline void mn_run_scenario(const struct scenario *variant)
{
	mn_run_scenario_with(variant, NULL, NULL, NULL);
}

/* Registers a case by mn_case_add(); @arg is its kind, or what the program makes of it. */
typedef void (*mn_add)(const struct scenario *spec, const char *id, const char *parameters,
		       unsigned int arg);

/* The cases of one row on one backing with one workload. */
static inline void mn_add_workload(const struct scenario *row, const char *id,
				   unsigned int kind, mn_add add)
{
	struct scenario spec = *row;
	char parameters[96];
	unsigned int i, n;

	for (i = 0; i < nr_injector_setups; i++) {
		spec.injector = &injector_setups[i];
		for (n = 0; n < ARRAY_SIZE(mn_vcpus); n++) {
			spec.nr_vcpus = mn_vcpus[n];
			snprintf(parameters, sizeof(parameters), "%s.%s.%uvcpu",
				 spec.workload->name, spec.injector->name, spec.nr_vcpus);
			if (setup_suits(spec.injector, spec.pressure))
				add(&spec, id, parameters, kind);
		}
	}
}

/* The backing on which a slow row runs by default: chosen as cases are. */
static inline const struct backing *mn_one_backing(const struct pressure *row)
{
	const char *names[NR_BACKINGS];
	unsigned int b, applies[NR_BACKINGS], nr = 0;

	for (b = 0; b < NR_BACKINGS; b++) {
		if (!pressure_applies(row, &backings[b]) || row->extra & BACKING_BIT(b))
			continue;
		names[nr] = backings[b].name;
		applies[nr++] = b;
	}
	return &backings[applies[selection_choose(row->name, names, nr)]];
}

static inline void mn_add_family(enum pressure_family family, mn_add add)
{
	struct scenario spec = { .nr_pages = MN_NR_PAGES, .rounds = MN_NR_ROUNDS };
	unsigned int b, w, kind;
	char id[96];

	mn_account_begin();
	while ((spec.pressure = pressure_next(spec.pressure)))
	for (b = 0; spec.pressure->family == family && b < NR_BACKINGS; b++) {
		spec.backing = &backings[b];
		if (!pressure_applies(spec.pressure, spec.backing))
			continue;
		snprintf(id, sizeof(id), "%s.%s", spec.backing->name, spec.pressure->name);
		kind = spec.pressure->extra & BACKING_BIT(b) ||
		       (spec.pressure->slow && spec.backing != mn_one_backing(spec.pressure)) ?
		       MN_CASE_EXTRA : 0;
		for (w = 0; w < ARRAY_SIZE(mn_workloads); w++) {
			spec.workload = workload_find(mn_workloads[w]);
			if (pressure_suits(spec.pressure, spec.backing, spec.workload))
				mn_add_workload(&spec, id,
						kind | (w < MN_NR_CORE ? MN_CASE_CORE : 0), add);
		}
	}
}

/*
 * MN_SCENARIO_TEST() - tests that are a scenario each, and nothing besides
 * @fixture: first part of their names
 *
 * Defines mn_add_variant(), which registers one, an mn_add() that takes MN_CASE_*.
 */
#define MN_SCENARIO_TEST(fixture)					\
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
static void mn_add_variant(const struct scenario *spec, const char *id,	\
			   const char *parameters, unsigned int kind)	\
{									\
	FIXTURE_VARIANT(fixture) variant = { .spec = *spec };		\
									\
	mn_case_add(fixture, id, parameters, kind, &variant);		\
}

/*
 * MN_PRESSURE_TEST() - all of a program that runs one family
 * @fixture: first part of the tests' names
 * @family: enum pressure_family
 */
#define MN_PRESSURE_TEST(fixture, family)				\
MN_SCENARIO_TEST(fixture)						\
static void mn_add_variants(void)					\
{									\
	mn_add_family(family, mn_add_variant);				\
}									\
int main(int argc, char **argv)						\
{									\
	return mn_main(argc, argv, mn_add_variants);			\
}

#endif
