// SPDX-License-Identifier: GPL-2.0
/*
 * Rounds: quartiles of few values, exponents of known curves, and when it is enough.
 */
#include <kselftest_harness.h>

#include "base/deadline.h"
#include "runner/rounds.h"

static bool near(double a, double b)
{
	return a - b < 1e-9 && b - a < 1e-9;
}

TEST(quantiles_lie_between_values)
{
	struct rounds s = { 0 };

	EXPECT_TRUE(near(0, rounds_quantile(&s, 0.5)));
	rounds_add(&s, 7);
	EXPECT_TRUE(near(7, rounds_quantile(&s, 0.25)));
	rounds_add(&s, 1);
	EXPECT_TRUE(near(4, rounds_quantile(&s, 0.5)));
	rounds_add(&s, 3);
	EXPECT_TRUE(near(3, rounds_quantile(&s, 0.5)));
	EXPECT_TRUE(near(2, rounds_quantile(&s, 0.25)));
	EXPECT_TRUE(near(7, rounds_quantile(&s, 1)));
	/* In the order in which they came. */
	EXPECT_TRUE(near(7, s.at[0]));
}

TEST(there_are_no_more_than_fit)
{
	struct rounds s = { 0 };
	unsigned int n;

	for (n = 0; n < 2 * ROUNDS_MAX; n++)
		rounds_add(&s, n);
	EXPECT_EQ(ROUNDS_MAX, s.nr);
	EXPECT_TRUE(near(ROUNDS_MAX - 1, rounds_quantile(&s, 1)));
}

TEST(agreement_or_time_is_enough)
{
	struct rounds same = { 0 }, apart = { 0 };
	uint64_t now = now_ns();
	unsigned int n;

	for (n = 0; n < ROUNDS_MIN; n++) {
		EXPECT_FALSE(rounds_enough(&same, 0));
		rounds_add(&same, 100 + n % 2);
		rounds_add(&apart, n % 2 ? 100 : 200);
	}
	EXPECT_TRUE(rounds_enough(&same, now));
	EXPECT_FALSE(rounds_enough(&apart, now));
	EXPECT_TRUE(rounds_enough(&apart, 0));
	while (apart.nr < ROUNDS_MAX)
		rounds_add(&apart, apart.nr);
	EXPECT_TRUE(rounds_enough(&apart, now));
}

TEST(exponents_of_curves)
{
	static const double size[] = { 1, 4, 16, 64 };
	static const double flat[] = { 5, 5, 5, 5 }, linear[] = { 3, 12, 48, 192 };
	static const double square[] = { 1, 16, 256, 4096 };

	EXPECT_TRUE(near(0, rounds_exponent(size, flat, 4)));
	EXPECT_TRUE(near(1, rounds_exponent(size, linear, 4)));
	EXPECT_TRUE(near(2, rounds_exponent(size, square, 4)));
}

TEST_HARNESS_MAIN
