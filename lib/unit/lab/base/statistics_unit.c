// SPDX-License-Identifier: GPL-2.0
#include <kselftest_harness.h>

#include "base/statistics.h"

#define N(values)	(sizeof(values) / sizeof((values)[0]))
#define EXPECT_NEAR(expected, seen, by) do {					\
	double seen_ = (seen);							\
	EXPECT_LE((expected) - (by), seen_) TH_LOG("%g", seen_);		\
	EXPECT_GE((expected) + (by), seen_) TH_LOG("%g", seen_);		\
} while (0)

TEST(spread)
{
	static const double five[] = { 5, 1, 4, 2, 3 }, one[] = { 7 };
	struct lab_spread s = lab_spread(five, 5);

	EXPECT_EQ(1, s.least);
	EXPECT_EQ(2, s.quartile_1);
	EXPECT_EQ(3, s.median);
	EXPECT_EQ(4, s.quartile_3);
	EXPECT_EQ(5, s.most);
	s = lab_spread(one, 1);
	EXPECT_EQ(7, s.least);
	EXPECT_EQ(7, s.median);
	EXPECT_EQ(7, s.most);
}

/* Twice as much, clearly; and the same again, which is within the noise. */
TEST(ratio)
{
	static const double before[] = { 10, 11, 9, 10, 10.5, 9.5, 10.2 };
	static const double twice[] = { 20, 22, 18, 20, 21, 19, 60 };
	static const double alike[] = { 11, 9, 10, 10.4, 9.7, 10, 9.8 };
	struct lab_interval r, again;

	ASSERT_TRUE(lab_ratio(before, N(before), twice, N(twice), .95, &r));
	EXPECT_NEAR(2.0, r.value, 1e-9);
	EXPECT_NEAR(1.8, r.low, .1);
	EXPECT_NEAR(2.2, r.high, .2);
	ASSERT_TRUE(lab_ratio(before, N(before), twice, N(twice), .95, &again));
	EXPECT_EQ(r.low, again.low);
	EXPECT_EQ(r.high, again.high);
	ASSERT_TRUE(lab_ratio(before, N(before), alike, N(alike), .95, &r));
	EXPECT_LT(r.low, 1);
	EXPECT_GT(r.high, 1);
}

/* Of three values the interval reaches from one end to the other. */
TEST(ratio_of_few)
{
	static const double before[] = { 10, 10, 10 }, now[] = { 20, 10, 30 };
	struct lab_interval r;

	ASSERT_TRUE(lab_ratio(before, 3, now, 3, .95, &r));
	EXPECT_EQ(1, r.low);
	EXPECT_EQ(3, r.high);
}

TEST(no_ratio)
{
	static const double some[] = { 1, 2 }, zero[] = { 0, 1 };
	struct lab_interval r;

	EXPECT_FALSE(lab_ratio(some, 0, some, 2, .95, &r));
	EXPECT_FALSE(lab_ratio(some, 2, some, 0, .95, &r));
	EXPECT_FALSE(lab_ratio(zero, 2, some, 2, .95, &r));
}

TEST(exponent)
{
	static const double x[] = { 1, 2, 4, 8 }, linear[] = { 3, 6, 12, 24 };
	static const double square[] = { 1, 4.1, 15.8, 64 }, zero[] = { 1, 2, 0, 1 };
	static const double same[] = { 2, 2, 2, 2 };
	struct lab_interval e;

	ASSERT_TRUE(lab_exponent(x, linear, 4, &e));
	EXPECT_NEAR(1, e.value, 1e-9);
	EXPECT_NEAR(1, e.low, 1e-6);
	ASSERT_TRUE(lab_exponent(x, square, 4, &e));
	EXPECT_NEAR(2, e.value, .02);
	EXPECT_LT(e.low, e.value);
	EXPECT_GT(e.high, e.value);
	ASSERT_TRUE(lab_exponent(x, linear, 2, &e));
	EXPECT_EQ(e.low, e.high);
	EXPECT_FALSE(lab_exponent(x, zero, 4, &e));
	EXPECT_FALSE(lab_exponent(same, linear, 4, &e));
	EXPECT_FALSE(lab_exponent(x, linear, 0, &e));
}

TEST_HARNESS_MAIN
