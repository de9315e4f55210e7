// SPDX-License-Identifier: GPL-2.0
/*
 * mn_order_test - start() comes first, then the page goes, then end() comes.
 *
 * The mm calls start() while its page table still holds the pages, so that nobody is
 * left with a translation to a frame that has been freed; and end() when they are
 * gone, or whoever faults in between takes what is about to go.  A kernel that
 * notifies late, as v4.13 did, or ends early leaves a moment in which a guest writes
 * to memory of others; the guest is unlikely ever to see it.  So a notifier of our own
 * looks at the page table in each start() and end(), and before each fault: what the
 * guest could use may only go between the two.  That is asked of every pressure.
 *
 * And with each start() held for a while before KVM's, what the guest does with the
 * translations that it still has must not be lost (contract 9): pages that are
 * about to be replaced have been write-protected, and KVM was told of that too.
 *
 * Contracts 5 and 9.
 */
#include "mn_chosen.h"

MN_ABOUT("memory goes between start() and end(), not before or after", 5, 9);

#define SLOW_US		10000	/* each start */
#define SLOW_PAGES	16	/* each has a start of its own, in each call */

static int last(struct scenario_run *run, struct result *r)
{
	bool takes = run->spec->pressure->kind == PRESSURE_TAKES;

	if (takes && run->rounds && !run->ordering.seen.outside && !run->ordering.seen.changed)
		return result_skip(r, "no page lost anything between start() and end(), in %u calls",
				   run->rounds);
	return 0;
}

static const struct scenario_steps steps = {
	.last = last,
};

static int slow_down(struct scenario_run *run, struct result *r)
{
	return injector_delay(&run->injectors[0], SLOW_US, 0, r);
}

static const struct scenario_steps slow_steps = {
	.first = slow_down,
};

FIXTURE(order) {
	int unused;
};

FIXTURE_VARIANT(order) {
	struct scenario spec;
};

FIXTURE_SETUP(order)
{
}

FIXTURE_TEARDOWN(order)
{
}

TEST_F(order, guest)
{
	mn_run_scenario_with(&variant->spec, NULL, variant->spec.steps, NULL);
}

static void add(const struct scenario *spec, const char *id, const char *parameters,
		unsigned int kind)
{
	FIXTURE_VARIANT(order) variant = { .spec = *spec };

	mn_case_add(order, id, parameters, kind, &variant);
}

/* One case for each workload that can judge what the row does. */
static void add_row(struct scenario *spec, const char *id)
{
	char parameters[96];
	unsigned int w;

	for (w = 0; w < MN_NR_CORE; w++) {
		spec->workload = workload_find(mn_workloads[w]);
		snprintf(parameters, sizeof(parameters), "%s.%s", spec->pressure->name,
			 spec->workload->name);
		if (pressure_suits(spec->pressure, spec->backing, spec->workload))
			add(spec, id, parameters, 0);
	}
}

/* A hole in a file leaves the copies that a process has made of its pages. */
static bool takes_nothing(const struct pressure *row, const struct backing *backing)
{
	return !strcmp(row->name, "fallocate_punch") && backing_bit(backing) & ON_PRIVATE_FILE;
}

/* Every row there is.  By default it is one of each family on each backing. */
static void add_rows(struct scenario *spec)
{
	unsigned int family, b;
	char id[96];

	for (family = 0; family < NR_PRESSURE_FAMILIES; family++)
	for (b = 0; b < NR_BACKINGS; b++) {
		spec->backing = &backings[b];
		spec->pressure = NULL;
		snprintf(id, sizeof(id), "%s.%s", pressure_family_name(family),
			 spec->backing->name);
		while ((spec->pressure = pressure_next(spec->pressure))) {
			if (spec->pressure->family == family &&
			    pressure_applies(spec->pressure, spec->backing) &&
			    !takes_nothing(spec->pressure, spec->backing))
				add_row(spec, id);
		}
	}
}

#define ON(backing)	BACKING_BIT(BACKING_##backing)

static const struct mn_choice slow_choices[] = {
	{ .pressure = "ksm_race", .backings = ON(ANON) | ON(MEMFD_PRIVATE) },
	{ .pressure = "writeback", .backings = ON(FILE) },
	{ 0 },
};

static const struct injector_setup checker = {
	.name = "checker",
	.kind = "checker",
	.count = 1,
};

/*
 * Runs before KVM's: what the guest does meanwhile it does with its translations.
 * There is no delay before the first call, while the guest gets its memory.
 */
static const struct injector_setup delay = {
	.name = "delay_after_kvm",
	.kind = "delay",
	.count = 1,
};

static void add_variants(void)
{
	struct scenario base = {
		.nr_vcpus = 1,
		.nr_pages = MN_NR_PAGES,
		.rounds = 2,
		.injector = &checker,
		.steps = &steps,
	};

	mn_account_begin();
	add_rows(&base);
	base.injector = &delay;
	base.steps = &slow_steps;
	base.nr_pages = SLOW_PAGES;
	base.workload = workload_find("sweep_write");
	mn_add_chosen(&base, "slow", slow_choices, add, MN_CASE_CORE);
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
