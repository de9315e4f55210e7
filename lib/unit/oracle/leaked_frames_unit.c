// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames are suspected of having been forgotten, by their flags.
 */
#include <kselftest_harness.h>
#include <linux/kernel-page-flags.h>

#include "oracle/leaked_frames.h"

#define BIT(flag)	(1ULL << KPF_##flag)
#define ANON_PAGE	(BIT(ANON) | BIT(SWAPBACKED) | BIT(UPTODATE) | BIT(DIRTY))

static unsigned int suspects(uint64_t flags)
{
	struct leaked_frames l = { 0 };

	leaked_frames_look(&l, 1, flags);
	return l.nr;
}

TEST(anonymous_memory_that_nobody_has)
{
	EXPECT_EQ(1, suspects(ANON_PAGE | BIT(LRU)));
	/* Its turn to come on to the lists of reclaim may not have come. */
	EXPECT_EQ(1, suspects(ANON_PAGE));
	/* Some kernels say this of all. */
	EXPECT_EQ(1, suspects(ANON_PAGE | BIT(LRU) | BIT(KSM)));
}

TEST(memory_that_somebody_has)
{
	EXPECT_EQ(0, suspects(ANON_PAGE | BIT(LRU) | BIT(MMAP)));
	EXPECT_EQ(0, suspects(ANON_PAGE | BIT(LRU) | BIT(SWAPCACHE)));
	EXPECT_EQ(0, suspects(ANON_PAGE | BIT(HWPOISON)));
	EXPECT_EQ(0, suspects(ANON_PAGE | BIT(HUGE)));
}

TEST(free_memory)
{
	EXPECT_EQ(0, suspects(0));
	EXPECT_EQ(0, suspects(BIT(BUDDY)));
}

TEST(memory_of_a_file_or_of_the_kernel)
{
	EXPECT_EQ(0, suspects(BIT(LRU) | BIT(UPTODATE) | BIT(SWAPBACKED)));
	EXPECT_EQ(0, suspects(BIT(SLAB)));
	EXPECT_EQ(0, suspects(BIT(NOPAGE)));
}

TEST(more_than_there_is_room_for)
{
	struct leaked_frames l = { 0 };
	unsigned int n;

	for (n = 0; n <= LEAKED_FRAMES_MAX; n++)
		leaked_frames_look(&l, n, ANON_PAGE);
	EXPECT_EQ(LEAKED_FRAMES_MAX, l.nr);
}

TEST_HARNESS_MAIN
