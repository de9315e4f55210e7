// SPDX-License-Identifier: GPL-2.0
/*
 * Deadlines and calibration: fast and slow beds, and beds that stop.
 */
#include <kselftest_harness.h>

#include "base/deadline.h"

#define MS	1000000ULL
#define SECOND	(1000 * MS)

TEST(short_polls_use_up_the_budget)
{
	struct deadline d = { .budget_ns = 10 * MS, .last_ns = 100 * MS };
	int i;

	for (i = 1; i < 10; i++)
		EXPECT_TRUE(deadline_advance(&d, (100 + i) * MS));
	EXPECT_FALSE(deadline_advance(&d, 110 * MS));
}

TEST(a_bed_that_stops_costs_one_step)
{
	struct deadline d = { .budget_ns = SECOND };

	EXPECT_TRUE(deadline_advance(&d, 3600 * SECOND));
	EXPECT_EQ(DEADLINE_STEP_MAX_NS, d.spent_ns);
}

TEST(a_slow_bed_still_comes_to_an_end)
{
	struct deadline d = { .budget_ns = SECOND };
	uint64_t now = 0;
	int polls = 0;

	do {
		now += 500 * MS;
		polls++;
	} while (deadline_advance(&d, now));
	EXPECT_EQ((int)(SECOND / DEADLINE_STEP_MAX_NS), polls);
}

/* By a clock of our own: calls that take so long each, until there is no budget left. */
static unsigned int calls_of(uint64_t call_ns, uint64_t budget_ns)
{
	struct deadline d = { .budget_ns = budget_ns };
	uint64_t now = 0;

	do {
		now += call_ns;
	} while (deadline_called(&d, now));
	return d.calls;
}

TEST(calls_are_bounded_by_what_they_take)
{
	EXPECT_EQ(400, calls_of(10 * MS, 4 * SECOND));
	/* The first counts as little as any, for nothing is known by then. */
	EXPECT_EQ(41, calls_of(100 * MS, 4 * SECOND));
	EXPECT_EQ(DEADLINE_CALLS_MIN, calls_of(30 * SECOND, 4 * SECOND));
}

TEST(a_bed_that_stops_does_not_end_the_calls)
{
	struct deadline d = { .budget_ns = 4 * SECOND };
	uint64_t now = 0;
	unsigned int i;

	for (i = 0; i < DEADLINE_CALLS_MIN; i++)
		EXPECT_TRUE(deadline_called(&d, now += 100 * MS));
	EXPECT_TRUE(deadline_called(&d, now += 3600 * SECOND));
	EXPECT_GT(4 * SECOND, d.spent_ns);
	/* Nor if it stops at the first call. */
	d = (struct deadline) { .budget_ns = 4 * SECOND };
	EXPECT_TRUE(deadline_called(&d, 3600 * SECOND));
	EXPECT_TRUE(deadline_called(&d, 3601 * SECOND));
	EXPECT_EQ(SECOND, d.quickest_ns);
}

TEST(poll_sleeps)
{
	struct deadline d;

	deadline_start(&d, 60 * SECOND);
	EXPECT_TRUE(deadline_poll(&d));
	EXPECT_GE(d.spent_ns, DEADLINE_POLL_NS);
}

TEST(budget_has_a_floor_and_a_ceiling)
{
	struct calibration fast = { .cold_ns = 1000 };
	struct calibration slow = { .cold_ns = 200 * MS };
	struct calibration absurd = { .cold_ns = UINT64_MAX / 2 };

	EXPECT_EQ(4 * SECOND, calibration_budget_ns(&fast));
	EXPECT_EQ(20 * SECOND, calibration_budget_ns(&slow));
	EXPECT_EQ(60 * SECOND, calibration_budget_ns(&absurd));
}

TEST_HARNESS_MAIN
