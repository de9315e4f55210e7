// SPDX-License-Identifier: GPL-2.0
/*
 * The channel's frames: whole, in pieces, torn, lost.
 */
#include <kselftest_harness.h>

#include "agent/channel.h"

static void push(struct channel_reader *r, const char *bytes, size_t len)
{
	memcpy(r->buf + r->fill, bytes, len);
	r->fill += len;
}

TEST(a_frame_survives_the_way_byte_by_byte)
{
	static const char text[] = "any \n bytes \0 at all";
	struct channel_reader r = { .fill = 0 };
	struct channel_frame frame;
	char buf[CHANNEL_FRAME_MAX], why[160];
	size_t len = channel_format(buf, CHANNEL_OUT, 7, text, sizeof(text));

	for (size_t i = 0; i + 1 < len; i++) {
		push(&r, buf + i, 1);
		ASSERT_EQ(0, channel_next(&r, &frame, why, sizeof(why)));
	}
	push(&r, buf + len - 1, 1);
	ASSERT_EQ(1, channel_next(&r, &frame, why, sizeof(why)));
	EXPECT_EQ(CHANNEL_OUT, frame.kind);
	ASSERT_EQ(sizeof(text), frame.len);
	EXPECT_EQ(0, memcmp(text, frame.text, sizeof(text)));
	EXPECT_EQ(0, channel_next(&r, &frame, why, sizeof(why)));
}

TEST(every_kind_has_a_name_of_its_own)
{
	struct channel_reader r = { .fill = 0 };
	struct channel_frame frame;
	char buf[CHANNEL_FRAME_MAX], why[160];

	for (int k = 0; k < CHANNEL_NR_KINDS; k++) {
		push(&r, buf, channel_format(buf, k, (unsigned long)k + 1, "", 0));
		ASSERT_EQ(1, channel_next(&r, &frame, why, sizeof(why)));
		EXPECT_EQ(k, (int)frame.kind);
	}
}

TEST(long_text_is_cut)
{
	struct channel_reader r = { .fill = 0 };
	struct channel_frame frame;
	char text[CHANNEL_TEXT_MAX + 100], buf[CHANNEL_FRAME_MAX], why[160];

	memset(text, 'x', sizeof(text));
	push(&r, buf, channel_format(buf, CHANNEL_ERR, 1, text, sizeof(text)));
	ASSERT_EQ(1, channel_next(&r, &frame, why, sizeof(why)));
	EXPECT_EQ(CHANNEL_TEXT_MAX, frame.len);
}

TEST(the_first_number_is_free_and_then_they_count)
{
	static const char first[] = "tick 41 0 \n", second[] = "tick 42 0 \n",
			  fourth[] = "tick 44 0 \n";
	struct channel_reader r = { .fill = 0 };
	struct channel_frame frame;
	char why[160];

	push(&r, first, sizeof(first) - 1);
	push(&r, second, sizeof(second) - 1);
	push(&r, fourth, sizeof(fourth) - 1);
	EXPECT_EQ(1, channel_next(&r, &frame, why, sizeof(why)));
	EXPECT_EQ(1, channel_next(&r, &frame, why, sizeof(why)));
	EXPECT_EQ(-EPROTO, channel_next(&r, &frame, why, sizeof(why)));
	EXPECT_STREQ("frame 44 follows frame 42", why);
}

#define EXPECT_GARBLED(bytes) do {						\
	struct channel_reader r_ = { .fill = 0 };				\
	struct channel_frame frame_;						\
	char why_[160];								\
	push(&r_, bytes, sizeof(bytes) - 1);					\
	EXPECT_EQ(-EPROTO, channel_next(&r_, &frame_, why_, sizeof(why_)));	\
	EXPECT_NE(NULL, strstr(why_, "not a frame"));				\
} while (0)

TEST(garbage_is_no_frame)
{
	EXPECT_GARBLED("[    1.0] hello");
	EXPECT_GARBLED("ok 1 a");
	EXPECT_GARBLED("out x 1 a\n");
	EXPECT_GARBLED("out 1 2 a\nb\n");
	EXPECT_GARBLED("out 1 99999 ");
	EXPECT_GARBLED("out 1 -1 ");
	EXPECT_GARBLED("out  1 1 a\n");
	EXPECT_GARBLED("outer 1 1 a\n");
	EXPECT_GARBLED("out 1111111111111111111111 1 a\n");
	EXPECT_GARBLED("\n");
}

TEST(exits)
{
	const struct channel_exit in = {
		.code = -1, .signal = 11, .over_limit = true, .stuck = false,
		.left = 3, .dropped = 5, .ms = 12345,
	};
	struct channel_exit out;
	char text[160];

	channel_format_exit(text, sizeof(text), &in);
	ASSERT_EQ(0, channel_parse_exit(text, &out));
	EXPECT_EQ(-1, out.code);
	EXPECT_EQ(11, out.signal);
	EXPECT_TRUE(out.over_limit);
	EXPECT_FALSE(out.stuck);
	EXPECT_EQ(3, out.left);
	EXPECT_EQ(5, out.dropped);
	EXPECT_EQ(12345, out.ms);
	EXPECT_EQ(-EPROTO, channel_parse_exit("code=1", &out));
	EXPECT_EQ(-EPROTO, channel_parse_exit("", &out));
}

TEST_HARNESS_MAIN
