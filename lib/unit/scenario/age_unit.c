// SPDX-License-Identifier: GPL-2.0
/*
 * Has an aged VM crossed the border that it was put below?
 */
#include <kselftest_harness.h>

#include "scenario/age.h"

/* Return: the kind of result after so many rounds, of three at each of four borders. */
static enum result_kind after(unsigned int rounds, unsigned long long seq)
{
	static const struct scenario spec = { .aged = 3 };
	static struct scenario_run run = { .spec = &spec };
	struct result r;

	result_init(&r);
	run.rounds = rounds;
	run.health.seq = seq;
	return age_after_round(&run, &r) ? r.kind : RESULT_PASS;
}

TEST(what_is_not_crossed_is_an_error)
{
	EXPECT_EQ(RESULT_ERROR, after(3, 0x7fffffff));
	EXPECT_EQ(RESULT_PASS, after(3, 0x80000000));
	EXPECT_EQ(RESULT_ERROR, after(6, 0x80000000));
	EXPECT_EQ(RESULT_PASS, after(6, 0x100000005));
	EXPECT_EQ(RESULT_ERROR, after(12, 0xffffffffffffffff));
	EXPECT_EQ(RESULT_PASS, after(12, 0));
	EXPECT_EQ(RESULT_PASS, after(12, 1));
}

TEST(only_the_last_round_at_a_border_crosses_it)
{
	EXPECT_EQ(RESULT_PASS, after(1, 0x7fffffff));
	EXPECT_EQ(RESULT_PASS, after(2, 0x7fffffff));
	EXPECT_EQ(RESULT_PASS, after(13, 7));
	EXPECT_EQ(RESULT_PASS, after(15, 9));
}

TEST_HARNESS_MAIN
