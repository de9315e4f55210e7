// SPDX-License-Identifier: GPL-2.0
/*
 * Passes over all memory: quick ones and slow ones, and a thread that does nothing.  By
 * a clock of our own, from poll to poll.
 */
#include <kselftest_harness.h>

#include "host/scan.h"

#define MS		1000000ULL
#define SECOND		(1000 * MS)
#define POLL		(10 * MS)

/* How long it is waited for: a pass every @pass_ns, 0: none ever. */
static uint64_t waits(uint64_t least_ns, uint64_t guess_ns, uint64_t pass_ns)
{
	struct scan s;
	uint64_t start, now;

	scan_start(&s, "/no/such/file", "nothing", least_ns, guess_ns);
	start = now = s.least.last_ns;
	do {
		now += POLL;
	} while (scan_advance(&s, pass_ns ? (now - start) / pass_ns : 0, now));
	return now - start;
}

TEST(a_small_host_gets_the_least_time)
{
	EXPECT_EQ(2 * SECOND, waits(2 * SECOND, MS, 20 * MS));
}

TEST(slow_passes_are_waited_for)
{
	uint64_t ns = waits(2 * SECOND, 30 * SECOND, 60 * SECOND);

	EXPECT_EQ(SCAN_PASSES * 60 * SECOND, ns);
}

/* The guess was far too low, and then one pass has shown how long they are. */
TEST(a_pass_that_was_seen_counts_more_than_a_guess)
{
	EXPECT_EQ(SCAN_PASSES * 8 * SECOND, waits(10 * SECOND, MS, 8 * SECOND));
}

TEST(a_thread_that_does_nothing_is_given_up)
{
	uint64_t ns = waits(2 * SECOND, SECOND, 0);

	EXPECT_LT(2 * SECOND, ns);
	EXPECT_GE(60 * SECOND, ns);
}

TEST(passes_of_a_large_host)
{
	/* 1 TiB of pages, 65,536 at a time with 10 ms between, 100 ns each. */
	EXPECT_EQ(4097 * 10 * MS + (1ULL << 28) * 100,
		  scan_pass_ns(1ULL << 28, 65536, 10, 100));
}

TEST_HARNESS_MAIN
