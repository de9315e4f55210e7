// SPDX-License-Identifier: GPL-2.0
/*
 * The floor under a guest's progress.
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

TEST(a_slow_guest_gets_on)
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

TEST_HARNESS_MAIN
