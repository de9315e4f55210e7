// SPDX-License-Identifier: GPL-2.0
/*
 * Random schedules: a seed and a number make a step, and every step is one
 * that can be carried out.
 */
#include <kselftest_harness.h>

#include "scenario/schedule.h"

#define NR_STEPS	2000

static const char * const workloads[] = { "sweep_write", "spin" };

/* Any host will do: what cannot be had is left out before anything is drawn. */
static const struct schedule usual = {
	.seed = 7,
	.workloads = workloads,
	.nr_workloads = ARRAY_SIZE(workloads),
	.nr_pages = 64,
	.rounds = 3,
	.max_vcpus = 2,
};

FIXTURE(schedule) {
	struct schedule s;
	struct result r;
};

FIXTURE_SETUP(schedule)
{
	self->s = usual;
	result_init(&self->r);
	ASSERT_EQ(0, schedule_init(&self->s, NULL, &self->r));
}

FIXTURE_TEARDOWN(schedule)
{
}

/* Every choice shows in the description. */
static bool same_step(const struct schedule_step *one, const struct schedule_step *two)
{
	char a[512], b[512];

	schedule_describe(one, a, sizeof(a));
	schedule_describe(two, b, sizeof(b));
	return !strcmp(a, b);
}

TEST_F(schedule, again)
{
	struct schedule_step one, two;
	unsigned int n;

	for (n = 1; n <= NR_STEPS; n++) {
		schedule_draw(&self->s, n, &one);
		/* Whatever was drawn in between. */
		schedule_draw(&self->s, NR_STEPS + n, &two);
		schedule_draw(&self->s, n, &two);
		ASSERT_TRUE(same_step(&one, &two));
	}
}

TEST_F(schedule, seeds_differ)
{
	struct schedule other = self->s;
	struct schedule_step one, two;
	unsigned int n, same = 0;

	other.seed++;
	for (n = 1; n <= NR_STEPS; n++) {
		schedule_draw(&self->s, n, &one);
		schedule_draw(&other, n, &two);
		same += same_step(&one, &two);
	}
	EXPECT_GT(NR_STEPS / 10, same);
}

TEST_F(schedule, feasible)
{
	struct schedule_step step;
	const struct scenario *spec;
	unsigned int n, i, k;

	for (n = 1; n <= NR_STEPS; n++) {
		schedule_draw(&self->s, n, &step);
		ASSERT_EQ(n, step.number);
		ASSERT_TRUE(step.nr == 1 || step.nr == 2);
		for (i = 0; i < step.nr; i++) {
			spec = &step.scenarios[i];
			ASSERT_TRUE(pressure_applies(spec->pressure, spec->backing));
			ASSERT_EQ(NULL, pressure_missing(spec->pressure));
			ASSERT_EQ(NULL, spec->pressure->changes);
			ASSERT_NE(NULL, spec->workload);
			ASSERT_TRUE(spec->nr_vcpus == 1 || spec->nr_vcpus == 2);
			ASSERT_TRUE(step.nr == 1 || spec->pressure->kind != PRESSURE_SPARES);
			for (k = 0; k < SCENARIO_MAX_CONCURRENT && spec->concurrent[k]; k++) {
				ASSERT_TRUE(pressure_joins(spec->concurrent[k], spec->backing));
				ASSERT_TRUE(pressure_allows_others(spec->pressure));
				ASSERT_NE(PRESSURE_SPARES, spec->pressure->kind);
				ASSERT_NE(spec->pressure, spec->concurrent[k]);
			}
			if (k == 2)
				ASSERT_NE(spec->concurrent[0], spec->concurrent[1]);
		}
	}
}

TEST_F(schedule, every_row)
{
	struct schedule_step step;
	unsigned int n, i, seen;

	for (i = 0; i < self->s.nr_rows; i++) {
		seen = 0;
		for (n = 1; n <= NR_STEPS; n++) {
			schedule_draw(&self->s, n, &step);
			seen += step.scenarios[0].pressure == self->s.rows[i];
		}
		EXPECT_NE(0, seen);
	}
}

TEST_F(schedule, described)
{
	struct schedule_step step = { .nr = 1 };
	char text[128];

	step.scenarios[0] = (struct scenario) {
		.pressure = pressure_find("pageout"),
		.concurrent = { pressure_find("move_pages_bulk"), pressure_find("mbind_move") },
		.backing = &backings[BACKING_ANON],
		.injector = &injector_setups[0],
		.workload = workload_find("spin"),
		.nr_vcpus = 1,
	};
	schedule_describe(&step, text, sizeof(text));
	EXPECT_STREQ("pageout on anon beside move_pages_bulk and mbind_move, spin, none, 1 vCPU",
		     text);
	/* Cut, not written over. */
	memset(text, 'x', sizeof(text));
	schedule_describe(&step, text, 12);
	EXPECT_STREQ("pageout on ", text);
	EXPECT_EQ('x', text[12]);
}

TEST_HARNESS_MAIN
