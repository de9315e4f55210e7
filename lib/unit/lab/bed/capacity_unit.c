// SPDX-License-Identifier: GPL-2.0
/*
 * How many beds: for each bound the case in which it is the one that counts.
 */
#include <kselftest_harness.h>

#include <sched.h>

#include "bed/beds.h"

TEST(as_many_as_there_are_cpus)
{
	const struct lab_capacity two = { .cpus = 2, .mib = 100000 };
	const struct lab_capacity many = { .cpus = 64, .mib = 100000 };

	EXPECT_EQ(2, lab_capacity_beds(&two, 0, 24, 3072));
	EXPECT_EQ(LAB_DEFAULT_BEDS, lab_capacity_beds(&many, 0, 24, 3072));
}

TEST(no_more_than_programs)
{
	const struct lab_capacity c = { .cpus = 4, .mib = 100000 };

	EXPECT_EQ(1, lab_capacity_beds(&c, 0, 1, 3072));
	EXPECT_EQ(3, lab_capacity_beds(&c, 8, 3, 3072));
}

TEST(what_was_asked_for)
{
	const struct lab_capacity c = { .cpus = 2, .mib = 100000 };

	EXPECT_EQ(1, lab_capacity_beds(&c, 1, 24, 3072));
	EXPECT_EQ(7, lab_capacity_beds(&c, 7, 24, 3072));
}

TEST(no_more_than_memory_carries_but_one_always)
{
	const struct lab_capacity c = { .cpus = 4, .mib = 3 * 3072 - 1 };
	const struct lab_capacity none = { .cpus = 4, .mib = 100 };

	EXPECT_EQ(2, lab_capacity_beds(&c, 0, 24, 3072));
	EXPECT_EQ(2, lab_capacity_beds(&c, 7, 24, 3072));
	EXPECT_EQ(1, lab_capacity_beds(&none, 0, 24, 3072));
}

TEST(this_machine_and_the_cpus_that_we_may_use)
{
	struct lab_capacity c;
	struct lab_error e;
	cpu_set_t one;

	ASSERT_EQ(0, lab_capacity_read(&c, &e)) {
		TH_LOG("%s", e.text);
	}
	EXPECT_LT(0, c.cpus);
	EXPECT_LT(0, c.mib);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	ASSERT_EQ(0, lab_capacity_read(&c, &e));
	EXPECT_EQ(1, c.cpus);
}

TEST_HARNESS_MAIN
