// SPDX-License-Identifier: GPL-2.0
/*
 * mn_unmap_test - a guest keeps working while its memory is unmapped under it.
 *
 * Every pressure of the unmap family hits a guest on every backing, with every
 * workload, while nothing, an observer or a refusing injector is attached.  In
 * the refuser variants a thread reaps over the same memory all the while, so
 * that non-blockable invalidations are refused between the blockable ones.
 *
 * Contracts 1, 5, 6, 9 and 10.  Fixes guarded: c2655835fd8c ("mm/mmu_notifiers:
 * ensure range_end() is paired with range_start()").
 */
#include "mn_harness.h"
#include "scenario.h"

#define NR_VCPUS	2
#define NR_PAGES	64
#define NR_ROUNDS	4

FIXTURE(unmap) {
	int unused;
};

FIXTURE_VARIANT(unmap) {
	struct scenario spec;
};

FIXTURE_SETUP(unmap)
{
}

FIXTURE_TEARDOWN(unmap)
{
}

TEST_F(unmap, guest)
{
	struct scenario spec = variant->spec;

	spec.min_ns = mn.options.seconds * 1000000000ULL;
	scenario_run(&spec, mn.result);
}

static void add_variant(const struct scenario *spec)
{
	FIXTURE_VARIANT(unmap) variant = { .spec = *spec };
	char name[128];

	snprintf(name, sizeof(name), "%s.%s.%s.%s", spec->backing->name,
		 spec->pressure->name, spec->workload->name,
		 spec->injector->name);
	mn_variant_add(unmap, name, &variant);
}

static void add_variants(void)
{
	static const char * const workloads[] = { "sweep_write", "sweep_verify", "spin" };
	struct scenario spec = {
		.nr_vcpus = NR_VCPUS,
		.nr_pages = NR_PAGES,
		.rounds = NR_ROUNDS,
	};
	unsigned int b, w, i;

	for (b = 0; b < NR_BACKINGS; b++)
	while ((spec.pressure = pressure_next(spec.pressure))) {
		if (!pressure_applies(spec.pressure, b))
			continue;
		spec.backing = &backings[b];
		for (w = 0; w < ARRAY_SIZE(workloads); w++)
		for (i = 0; i < nr_injector_setups; i++) {
			spec.workload = workload_find(workloads[w]);
			spec.injector = &injector_setups[i];
			add_variant(&spec);
		}
	}
}

int main(int argc, char **argv)
{
	return mn_main(argc, argv, add_variants);
}
