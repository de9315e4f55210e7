// SPDX-License-Identifier: GPL-2.0
/*
 * The floor under a guest's progress, and the gaps in it.
 */
#include <kselftest_harness.h>

#include "oracle/oracle.h"

#define MS	1000000ULL

/* Left alone the guest took 100 pages in 100 ms, each with a fault. */
static const struct calibration cold = { .cold_ns = 100 * MS, .cold_visits = 100 };

static enum result_kind judge(uint64_t ms, uint64_t visits)
{
	struct progress p = { .waited_ns = ms * MS, .waited_visits = visits };
	struct result r;

	result_init(&r);
	progress_floor(&p, &cold, &r);
	return r.kind;
}

TEST(a_slow_guest_makes_progress)
{
	EXPECT_EQ(RESULT_PASS, judge(10000, 10000));
	EXPECT_EQ(RESULT_PASS, judge(10000, 500));
}

TEST(a_creeping_guest_fails)
{
	EXPECT_EQ(RESULT_FAIL, judge(10000, 100));
	EXPECT_EQ(RESULT_FAIL, judge(10000, 0));
}

TEST(a_short_wait_is_no_evidence)
{
	EXPECT_EQ(RESULT_PASS, judge(1000, 0));
	EXPECT_EQ(RESULT_PASS, judge(0, 0));
}

TEST(no_share_of_the_gaps_exceeds_the_longest)
{
	struct progress p = { .max_gap_ns = 5000 };

	EXPECT_EQ(0, progress_gap_ns(&(struct progress){}, 99));
	p.gaps[10] = 90;	/* 1024 to 2047 ns */
	p.gaps[12] = 10;	/* 4096 to 8191 ns */
	EXPECT_EQ(2048, progress_gap_ns(&p, 50));
	EXPECT_EQ(5000, progress_gap_ns(&p, 99));
	p.gaps[PROGRESS_BUCKETS - 1] = 100;
	p.max_gap_ns = 1ULL << 50;
	EXPECT_EQ(1ULL << 50, progress_gap_ns(&p, 99));
}

TEST_HARNESS_MAIN
