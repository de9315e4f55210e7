// SPDX-License-Identifier: GPL-2.0
/*
 * Samples: how many are kept of a test of any length, and how they are printed.
 */
#include <kselftest_harness.h>

#include "oracle/samples.h"

/* A test of @ms milliseconds, sampled whenever the period is over, and at its end. */
static void sample_for(struct samples *s, uint64_t ms)
{
	struct sample one = { 0 };

	*s = (struct samples) { .nr_vcpus = 1, .period_ms = SAMPLES_PERIOD_MS };
	for (; one.ms < ms; one.ms += s->period_ms) {
		one.visits[0] = 3 * one.ms;
		samples_add(s, &one);
	}
	one.ms = ms;
	one.visits[0] = 3 * ms;
	samples_add(s, &one);
}

TEST(a_test_of_any_length_has_enough_samples_and_not_too_many)
{
	static struct samples s;
	uint64_t ms;
	unsigned int i;

	for (ms = 1; ms < 5000000; ms += 1 + ms / 3) {
		sample_for(&s, ms);
		ASSERT_GE(SAMPLES_MAX, s.nr);
		ASSERT_LE(ms < 1000 ? 1 : SAMPLES_MAX / 2, s.nr);
		EXPECT_EQ(0, s.at[0].ms);
		EXPECT_EQ(ms, s.at[s.nr - 1].ms);
		for (i = 0; i < s.nr; i++)
			ASSERT_EQ(3 * s.at[i].ms, s.at[i].visits[0]);
		/* As far from each other as the period says, but for the last. */
		for (i = 1; i + 1 < s.nr; i++)
			ASSERT_EQ(s.period_ms, s.at[i].ms - s.at[i - 1].ms);
		EXPECT_TRUE(s.nr < 2 || s.at[s.nr - 1].ms > s.at[s.nr - 2].ms);
	}
}

TEST(of_one_millisecond_the_last_stays)
{
	static struct samples s = { .nr_vcpus = 1, .period_ms = 10 };

	samples_add(&s, &(struct sample) { .ms = 0 });
	samples_add(&s, &(struct sample) { .ms = 4, .visits = { 1 } });
	samples_add(&s, &(struct sample) { .ms = 4, .visits = { 2 } });
	EXPECT_EQ(2, s.nr);
	EXPECT_EQ(2, s.at[1].visits[0]);
}

TEST(gaps_go_by_powers_of_two_microseconds)
{
	const guest_u64 ghz = 1000;

	EXPECT_EQ(0, guest_gap_bucket(1000, ghz));
	EXPECT_EQ(0, guest_gap_bucket(1999, ghz));
	EXPECT_EQ(1, guest_gap_bucket(2000, ghz));
	EXPECT_EQ(9, guest_gap_bucket(1000000, ghz));
	EXPECT_EQ(9, guest_gap_bucket(2400000, 2400));
	EXPECT_EQ(22, guest_gap_bucket(8000000000, ghz));
	EXPECT_EQ(23, guest_gap_bucket(8400000000, ghz));
	EXPECT_EQ(23, guest_gap_bucket(~0ULL, ghz));
}

static char *line_of(const struct samples *s)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	samples_print(s, f);
	fclose(f);
	return text;
}

#define EXPECT_LINE(expected) do {		\
	char *line_ = line_of(&s);		\
	EXPECT_STREQ(expected, line_);		\
	free(line_);				\
} while (0)

TEST(the_line_has_what_is_known)
{
	static struct samples s = { .nr_vcpus = 2, .period_ms = 10 };

	EXPECT_LINE("");
	samples_add(&s, &(struct sample) { .ms = 0 });
	EXPECT_LINE("# samples: {\"ms\":[0],\"visits\":[[0],[0]]}\n");
	samples_add(&s, &(struct sample) {
		.ms = 12, .visits = { 5, 1ULL << 40 }, .in_progress = -1, .invalidations = 7,
		.refusals = 3,
	});
	EXPECT_LINE("# samples: {\"ms\":[0,12],\"visits\":[[0,5],[0,1099511627776]]}\n");
	s.has_counts = true;
	s.has_gaps = true;
	EXPECT_LINE("# samples: {\"ms\":[0,12],\"visits\":[[0,5],[0,1099511627776]],"
		    "\"in_progress\":[0,-1],\"invalidations\":[0,7],\"gaps_us\":[]}\n");
	s.has_counts = false;
	s.has_refusals = true;
	s.gaps[1] = 8;
	EXPECT_LINE("# samples: {\"ms\":[0,12],\"visits\":[[0,5],[0,1099511627776]],"
		    "\"refusals\":[0,3],\"gaps_us\":[0,8]}\n");
	s.gaps[GUEST_GAP_BUCKETS - 1] = 1;
	EXPECT_LINE("# samples: {\"ms\":[0,12],\"visits\":[[0,5],[0,1099511627776]],"
		    "\"refusals\":[0,3],\"gaps_us\":[0,8,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}\n");
}

TEST(nobody_asked)
{
	unsetenv("MN_SAMPLES");
	EXPECT_EQ(NULL, samples_share());
	setenv("MN_SAMPLES", "", 1);
	EXPECT_EQ(NULL, samples_share());
	setenv("MN_SAMPLES", "0", 1);
	EXPECT_EQ(NULL, samples_share());
	setenv("MN_SAMPLES", "1", 1);
	EXPECT_NE(NULL, samples_share());
}

TEST_HARNESS_MAIN
