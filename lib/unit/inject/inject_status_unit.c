// SPDX-License-Identifier: GPL-2.0
/*
 * Reading an injector's status text.
 */
#include <kselftest_harness.h>

#include "inject/inject.h"

#define STATUS							\
	"kind observer\nattached 1\nreleased 0\nrange 0x1000 0x2000\n"	\
	"events unmap clear\nprobability 50\ninterval 2\n"	\
	"times -1\nspace 4\nverbose 1\ndelay_start_us 8\n"	\
	"delay_end_us 9\nmixed 1\ncaller 77\n"			\
	"starts 12\nends 11\nblockable 10\nnonblockable 2\n"	\
	"accepted 9\nrefused 3\npages 24\n"			\
	"delayed_starts 5\ndelayed_ends 6\ndelayed_us 7\n"	\
	"changed 13\noutside 2\noutside_at 0x7f0000001000\n"	\
	"outside_was 0x123f\noutside_now 0x0\noutside_ended 1\n"	\
	"outside_seen fault\n"					\
	"event unmap 4 1 0\nevent clear 0 0 7\n"		\
	"callback change_pte 0 2 0\n"

TEST(all_counters)
{
	struct injector_status s;

	ASSERT_EQ(0, injector_parse(STATUS, &s));
	EXPECT_TRUE(s.attached);
	EXPECT_EQ(12, s.starts);
	EXPECT_EQ(11, s.ends);
	EXPECT_EQ(10, s.blockable);
	EXPECT_EQ(2, s.nonblockable);
	EXPECT_EQ(9, s.accepted);
	EXPECT_EQ(3, s.refused);
	EXPECT_EQ(24, s.pages);
	EXPECT_EQ(5, s.delayed_starts);
	EXPECT_EQ(6, s.delayed_ends);
	EXPECT_EQ(7, s.delayed_us);
	EXPECT_EQ(13, s.changed);
	EXPECT_EQ(2, s.outside);
	EXPECT_EQ(0x7f0000001000, s.outside_at);
	EXPECT_EQ(0x123, CHECKED_PFN(s.outside_was));
	EXPECT_EQ(0, s.outside_now);
	EXPECT_EQ(1, s.outside_ended);
	EXPECT_STREQ("fault", s.outside_seen);
	EXPECT_EQ(3, s.nr_events);
	EXPECT_EQ(4, injector_event_starts(&s, "unmap", CALLER_PRESSURE));
	EXPECT_EQ(1, injector_event_starts(&s, "unmap", CALLER_OWN));
	EXPECT_EQ(7, injector_event_starts(&s, "clear", CALLER_OTHER));
	EXPECT_EQ(2, injector_event_starts(&s, "change_pte", CALLER_OWN));
	EXPECT_EQ(0, injector_event_starts(&s, "migrate", CALLER_OWN));
}

TEST(all_settings)
{
	static const long long knobs[NR_KNOBS] = {
		[KNOB_PROBABILITY] = 50, [KNOB_INTERVAL] = 2, [KNOB_TIMES] = -1,
		[KNOB_SPACE] = 4, [KNOB_VERBOSE] = 1, [KNOB_DELAY_START_US] = 8,
		[KNOB_DELAY_END_US] = 9, [KNOB_MIXED] = 1,
	};
	struct injector_status s;
	int i;

	ASSERT_EQ(0, injector_parse(STATUS, &s));
	EXPECT_STREQ("observer", s.kind);
	EXPECT_FALSE(s.released);
	EXPECT_EQ(0x1000, s.range_start);
	EXPECT_EQ(0x2000, s.range_len);
	EXPECT_STREQ("unmap clear", s.events_acted_on);
	EXPECT_EQ(77, s.caller);
	for (i = 0; i < NR_KNOBS; i++)
		EXPECT_EQ(knobs[i], s.knobs[i])
			TH_LOG("knob %s", injector_knob_name(i));
	ASSERT_EQ(0, injector_parse(STATUS "seq 3\nseq_begun 5\nactive 1\nwaited 2\nlongest_us 4\n",
				    &s));
	EXPECT_EQ(3, s.seq);
	EXPECT_EQ(5, s.seq_begun);
	EXPECT_EQ(1, s.active);
	EXPECT_EQ(2, s.waited);
	EXPECT_EQ(4, s.longest_us);
}

TEST(text_that_makes_no_sense)
{
	struct injector_status s;

	EXPECT_EQ(-1, injector_parse("", &s));
	EXPECT_EQ(-1, injector_parse("kind eagain\n", &s));
	EXPECT_EQ(-1, injector_parse("starts\n", &s));
	EXPECT_EQ(-1, injector_parse(STATUS "event broken 1\n", &s));
	EXPECT_EQ(-1, injector_parse(STATUS "starts many\n", &s));
	EXPECT_EQ(-1, injector_parse(STATUS "times often\n", &s));
	EXPECT_EQ(-1, injector_parse(STATUS "range 0x1000\n", &s));
}

TEST(too_many_events)
{
	char text[4096] = STATUS;
	struct injector_status s;
	int i;

	for (i = 0; i < INJECT_MAX_EVENTS; i++)
		strcat(text, "event another 1 1 1\n");
	EXPECT_EQ(-1, injector_parse(text, &s));
}

TEST_HARNESS_MAIN
