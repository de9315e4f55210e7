// SPDX-License-Identifier: GPL-2.0
/*
 * The bound on a rate of failure, against closed forms and published tables.
 */
#include <kselftest_harness.h>

#include <math.h>

#include "campaign/binomial.h"

/* Within a relative error. */
static bool near(double a, double b, double error)
{
	return fabs(a - b) <= error * fabs(b);
}

TEST(no_failure)
{
	static const unsigned long trials[] = { 1, 2, 59, 60, 1000, 45000, 100000000 };

	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
		EXPECT_TRUE(near(lab_binomial_upper(0, trials[i], 0.95),
				 -expm1(log(0.05) / (double)trials[i]), 1e-9));
	EXPECT_TRUE(lab_binomial_upper(0, 59, 0.95) < 0.05);
	EXPECT_TRUE(lab_binomial_upper(0, 58, 0.95) > 0.05);
}

/* One trial left that did not fail: p^n = confidence. */
TEST(all_but_one)
{
	EXPECT_TRUE(near(lab_binomial_upper(1, 2, 0.95), sqrt(0.95), 1e-9));
	EXPECT_TRUE(near(lab_binomial_upper(9, 10, 0.95), pow(0.95, 0.1), 1e-9));
}

/* Quantiles of the beta distribution. */
TEST(some_failures)
{
	EXPECT_TRUE(near(lab_binomial_upper(1, 10, 0.95), 0.394163, 1e-5));
	EXPECT_TRUE(near(lab_binomial_upper(2, 20, 0.975), 0.316983, 1e-5));
	EXPECT_TRUE(near(lab_binomial_upper(5, 100, 0.95), 0.102253, 1e-4));
	EXPECT_TRUE(near(lab_binomial_upper(50, 100, 0.95), 0.586379, 1e-4));
}

/* As the mean of a Poisson distribution over the trials. */
TEST(many_trials)
{
	EXPECT_TRUE(near(lab_binomial_upper(1, 10000000, 0.95) * 1e7, 4.743865, 1e-5));
	EXPECT_TRUE(near(lab_binomial_upper(10, 10000000, 0.95) * 1e7, 16.962219, 1e-5));
}

TEST(halves)
{
	EXPECT_TRUE(near(lab_binomial_upper(20000, 40000, 0.95), 0.50412, 1e-4));
}

TEST(nothing_ruled_out)
{
	EXPECT_EQ(1.0, lab_binomial_upper(0, 0, 0.95));
	EXPECT_EQ(1.0, lab_binomial_upper(3, 3, 0.95));
}

TEST_HARNESS_MAIN
