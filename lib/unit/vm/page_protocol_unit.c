// SPDX-License-Identifier: GPL-2.0
/*
 * The page protocol: what a visit may find in a page, and what it may not.
 */
#include <stddef.h>

#include <kselftest_harness.h>

#include "guest/abi.h"

#define PAGE	7

FIXTURE(page) {
	struct guest_page rec;
	guest_u64 word;
	struct guest_view view;
};

FIXTURE_SETUP(page)
{
}

FIXTURE_TEARDOWN(page)
{
}

static enum guest_error_what visit(struct guest_page *rec, guest_u64 *word)
{
	struct guest_view view;

	guest_page_look(rec, word, &view);
	return guest_page_judge(PAGE, &view, 0);
}

static enum guest_error_what visit_spared(struct guest_page *rec, guest_u64 *word)
{
	struct guest_view view;

	guest_page_look(rec, word, &view);
	return guest_page_judge(PAGE, &view, 1);
}

#define VISIT(expected) EXPECT_EQ(expected, visit(&self->rec, &self->word))
#define STAMP() guest_page_stamp(&self->rec, &self->word, PAGE, 3)

TEST(stamp_keeps_its_parts)
{
	guest_u64 stamp = guest_stamp(GUEST_MAX_PAGES - 1, GUEST_STAMP_GENERATION_MAX + 3,
				      GUEST_STAMP_COUNTER_MAX);

	EXPECT_EQ(GUEST_MAX_PAGES - 1, guest_stamp_page(stamp));
	EXPECT_EQ(2, guest_stamp_generation(stamp));
	EXPECT_EQ(GUEST_STAMP_COUNTER_MAX, guest_stamp_counter(stamp));
}

TEST_F(page, never_written_reads_zero)
{
	VISIT(GUEST_ERR_NONE);
	self->word = guest_stamp(PAGE, 0, 1);
	VISIT(GUEST_ERR_FUTURE);
}

TEST_F(page, stamp_is_found_again)
{
	STAMP();
	VISIT(GUEST_ERR_NONE);
	STAMP();
	EXPECT_EQ(2, guest_stamp_counter(self->word));
	VISIT(GUEST_ERR_NONE);
}

TEST_F(page, discard_may_spare)
{
	STAMP();
	self->rec.discard_begin = 1;
	self->rec.discard_end = 1;
	EXPECT_EQ(GUEST_ERR_UNDEAD, visit(&self->rec, &self->word));
	EXPECT_EQ(GUEST_ERR_NONE, visit_spared(&self->rec, &self->word));
	self->word = 0;
	EXPECT_EQ(GUEST_ERR_NONE, visit_spared(&self->rec, &self->word));
	/* What is written after the discard must stay. */
	STAMP();
	self->word = 0;
	EXPECT_EQ(GUEST_ERR_LOST, visit_spared(&self->rec, &self->word));
}

TEST_F(page, counter_outlasts_32_bits)
{
	self->rec.ceiling = guest_stamp(PAGE, 3, 0xffffffff);
	STAMP();
	EXPECT_EQ(0x100000000ULL, guest_stamp_counter(self->word));
	VISIT(GUEST_ERR_NONE);
}

TEST_F(page, lost_write)
{
	STAMP();
	self->word = 0;
	VISIT(GUEST_ERR_LOST);
}

TEST_F(page, stale_stamp)
{
	guest_u64 old;

	STAMP();
	old = self->word;
	STAMP();
	self->word = old;
	VISIT(GUEST_ERR_STALE);
}

TEST_F(page, foreign_contents)
{
	STAMP();
	self->word = guest_stamp(PAGE + 1, 3, 1);
	VISIT(GUEST_ERR_FOREIGN);
	/* Right page and counter, but never written so. */
	self->word = guest_stamp(PAGE, 4, 1);
	VISIT(GUEST_ERR_FOREIGN);
	self->word = guest_stamp(PAGE, 3, 0);
	VISIT(GUEST_ERR_FOREIGN);
}

TEST_F(page, unannounced_stamp)
{
	STAMP();
	self->word = guest_stamp(PAGE, 3, 2);
	VISIT(GUEST_ERR_FUTURE);
	/* Announced, but not yet recorded: the writer is in between. */
	self->rec.ceiling = self->word;
	VISIT(GUEST_ERR_NONE);
}

TEST_F(page, discard_allows_zero_from_its_begin)
{
	STAMP();
	self->rec.discard_begin++;
	VISIT(GUEST_ERR_NONE);		/* not yet taken */
	self->word = 0;
	VISIT(GUEST_ERR_NONE);		/* taken */
	self->rec.discard_end++;
	VISIT(GUEST_ERR_NONE);
}

TEST_F(page, discard_must_have_taken_the_stamp_at_its_end)
{
	STAMP();
	self->rec.discard_begin++;
	self->rec.discard_end++;
	VISIT(GUEST_ERR_UNDEAD);
}

TEST_F(page, written_after_a_discard)
{
	self->rec.discard_begin++;
	self->rec.discard_end++;
	STAMP();
	VISIT(GUEST_ERR_NONE);
	self->word = 0;
	VISIT(GUEST_ERR_LOST);
}

TEST_F(page, written_during_a_discard_may_stay_or_go)
{
	self->rec.discard_begin++;
	STAMP();
	self->rec.discard_end++;
	VISIT(GUEST_ERR_NONE);
	self->word = 0;
	VISIT(GUEST_ERR_NONE);
}

/* What KVM copies byte by byte, and the page goes in the middle. */
TEST_F(page, torn_while_a_discard_is_in_flight)
{
	self->rec.ceiling = guest_stamp(PAGE, 3, 0x11d);
	STAMP();
	self->word = 0x1e;
	VISIT(GUEST_ERR_FOREIGN);	/* no discard has begun */
	self->rec.discard_begin++;
	VISIT(GUEST_ERR_NONE);
	self->word = self->rec.floor & ~0xffULL;
	VISIT(GUEST_ERR_NONE);
	self->word = 0x1f;
	VISIT(GUEST_ERR_FOREIGN);	/* no byte of any stamp */
	self->rec.discard_end++;
	self->word = 0x1e;
	VISIT(GUEST_ERR_FOREIGN);	/* over before the visit */
}

TEST_F(page, torn_when_it_was_written)
{
	self->rec.discard_begin++;
	STAMP();
	self->rec.discard_end++;
	self->word &= 0xffff000000000000ULL;
	VISIT(GUEST_ERR_NONE);
	STAMP();
	self->word &= 0xffff000000000000ULL;
	VISIT(GUEST_ERR_FOREIGN);
}

TEST_F(page, whole_stamps_stay_judged_while_a_discard_is_in_flight)
{
	self->rec.ceiling = guest_stamp(PAGE, 3, 0x11d);
	STAMP();
	self->rec.discard_begin++;
	self->word--;
	VISIT(GUEST_ERR_STALE);
	self->word = guest_stamp(PAGE + 1, 3, 0x11e);
	VISIT(GUEST_ERR_FOREIGN);
	self->word = GUEST_CANARY;
	VISIT(GUEST_ERR_FOREIGN);
	self->word = self->rec.floor;
	self->rec.discard_end++;
	self->rec.discard_begin++;
	VISIT(GUEST_ERR_UNDEAD);
}

TEST_F(page, torn_between_two_stamps)
{
	self->rec.ceiling = guest_stamp(PAGE, 3, 0xfe);
	STAMP();
	self->rec.ceiling = guest_stamp(PAGE, 4, 0x100);
	self->word = guest_stamp(PAGE, 4, 0x1ff);
	VISIT(GUEST_ERR_NONE);
	self->word = guest_stamp(PAGE, 4, 0x1fe);
	VISIT(GUEST_ERR_FUTURE);
	self->word = 0;
	VISIT(GUEST_ERR_LOST);
	/* Of more than two, parts of any. */
	self->rec.ceiling = guest_stamp(PAGE, 4, 0x101);
	self->word = guest_stamp(PAGE, 4, 0x1fe);
	VISIT(GUEST_ERR_NONE);
	self->word = guest_stamp(PAGE + 1, 4, 0x100);
	VISIT(GUEST_ERR_FOREIGN);
}

TEST_F(page, torn_short_stamp)
{
	struct guest_view view;
	guest_u32 whole;

	self->rec.ceiling = guest_stamp(PAGE, 3, 0x11d);
	STAMP();
	whole = guest_short_stamp(self->rec.floor);
	guest_page_look(&self->rec, &self->word, &view);
	EXPECT_EQ(GUEST_ERR_FOREIGN, guest_short_judge(PAGE, whole & 0xff, &view, 0));
	view.discard_begin++;
	EXPECT_EQ(GUEST_ERR_NONE, guest_short_judge(PAGE, whole, &view, 0));
	EXPECT_EQ(GUEST_ERR_NONE, guest_short_judge(PAGE, whole & 0xff, &view, 0));
	EXPECT_EQ(GUEST_ERR_NONE, guest_short_judge(PAGE, whole & 0xffff, &view, 0));
	EXPECT_EQ(GUEST_ERR_FOREIGN, guest_short_judge(PAGE, 1, &view, 0));
	EXPECT_EQ(GUEST_ERR_STALE, guest_short_judge(PAGE, whole - 1, &view, 0));
}

TEST_F(page, epochs_wrap_around)
{
	self->rec.discard_begin = 0xffffffff;
	self->rec.discard_end = 0xffffffff;
	STAMP();
	self->rec.discard_begin++;
	self->rec.discard_end++;
	VISIT(GUEST_ERR_UNDEAD);
	self->word = 0;
	VISIT(GUEST_ERR_NONE);
}

TEST_F(page, replacement_is_preserved_contents_that_move_on)
{
	STAMP();
	self->rec.ceiling = guest_stamp(PAGE, 4, 2);
	VISIT(GUEST_ERR_NONE);		/* the old page, still */
	self->word = guest_stamp(PAGE, 4, 2);
	VISIT(GUEST_ERR_NONE);		/* the new one, already */
	self->rec.floor = self->rec.ceiling;
	VISIT(GUEST_ERR_NONE);
	self->word = guest_stamp(PAGE, 3, 1);
	VISIT(GUEST_ERR_STALE);
	self->word = 0;
	VISIT(GUEST_ERR_LOST);
}

TEST(short_stamp_is_found_again)
{
	guest_u64 floor = guest_stamp(PAGE, 3, 0x7fffff), next = floor + 1;

	EXPECT_EQ(floor, guest_long_stamp(PAGE, guest_short_stamp(floor), floor));
	/* The low bits of the counter wrap around in between. */
	EXPECT_EQ(next, guest_long_stamp(PAGE, guest_short_stamp(next), floor));
	EXPECT_EQ(floor, guest_long_stamp(PAGE, guest_short_stamp(floor), next));
	EXPECT_EQ(0, guest_long_stamp(PAGE, 0, floor));
}

TEST_F(page, short_stamp_of_others)
{
	guest_u64 other = guest_short_stamp(guest_stamp(PAGE + 1, 3, 1));

	STAMP();
	self->word = guest_long_stamp(PAGE, other, self->rec.floor);
	VISIT(GUEST_ERR_FOREIGN);
	self->word = guest_long_stamp(PAGE, 1, self->rec.floor);
	VISIT(GUEST_ERR_FOREIGN);
	self->word = guest_long_stamp(PAGE, (guest_u32)GUEST_CANARY, self->rec.floor);
	EXPECT_EQ(GUEST_CANARY, self->word);
	VISIT(GUEST_ERR_FOREIGN);
}

TEST(short_stamp_is_never_zero)
{
	EXPECT_NE(0, guest_short_stamp(0));
	EXPECT_NE(0, guest_short_stamp(guest_stamp(0, 0, GUEST_SHORT_COUNTER_MAX + 1ULL)));
}

/* A page of a wrong 2 MiB or 1 GiB, and of 8 MiB, which is what the bits hold. */
TEST(short_stamp_tells_distant_pages_apart)
{
	static const guest_u32 distances[] = { 512, 2048, 32768 };
	guest_u32 page, other, i;

	for (page = 0; page < GUEST_MAX_PAGES; page++)
		for (i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
			other = (page + distances[i]) % GUEST_MAX_PAGES;
			ASSERT_NE(guest_short_page(page), guest_short_page(other));
		}
	for (page = 0; page < 2048; page++)
		ASSERT_EQ(page, guest_short_page(page));
}

TEST(short_stamp_of_others_among_many)
{
	const guest_u32 last = GUEST_MAX_PAGES - 1;
	guest_u64 floor = guest_stamp(last, 3, 9);

	EXPECT_EQ(floor, guest_long_stamp(last, guest_short_stamp(floor), floor));
	EXPECT_NE(last, guest_stamp_page(guest_long_stamp(last, 1, floor)));
	EXPECT_LT(GUEST_MAX_PAGES, guest_stamp_page(GUEST_CANARY));
}

TEST(code_says_what_it_returns)
{
	guest_u32 result = guest_short_stamp(guest_stamp(PAGE, 3, 5));

	EXPECT_EQ(result, guest_code_result(guest_code(result)));
	EXPECT_EQ(0, guest_code_result(0));
	EXPECT_EQ(1, guest_code_result(guest_code(result) + 1));
	EXPECT_EQ((guest_u32)GUEST_CANARY, guest_code_result(GUEST_CANARY));
}

TEST(straddle_stays_in_the_area)
{
	EXPECT_EQ(GUEST_PAGE_SIZE - 4, guest_straddle_offset(0, 2, GUEST_PAGE_SIZE));
	EXPECT_EQ(GUEST_PAGE_SIZE - 8, guest_straddle_offset(1, 2, GUEST_PAGE_SIZE));
	EXPECT_EQ(GUEST_PAGE_SIZE - 4, guest_straddle_offset(1, 2, 2 * GUEST_PAGE_SIZE));
}

TEST(sum_between_what_was_counted_and_what_may_be)
{
	EXPECT_EQ(GUEST_ERR_NONE, guest_sum_judge(0, 0, 0, 1));
	EXPECT_EQ(GUEST_ERR_NONE, guest_sum_judge(PAGE, guest_stamp(PAGE, 0, 4), 4, 5));
	EXPECT_EQ(GUEST_ERR_STALE, guest_sum_judge(PAGE, guest_stamp(PAGE, 0, 3), 4, 5));
	EXPECT_EQ(GUEST_ERR_FUTURE, guest_sum_judge(PAGE, guest_stamp(PAGE, 0, 6), 4, 5));
	EXPECT_EQ(GUEST_ERR_FOREIGN, guest_sum_judge(PAGE, guest_stamp(PAGE + 1, 0, 4), 4, 5));
	EXPECT_EQ(GUEST_ERR_LOST, guest_sum_judge(PAGE, 0, 0, 1));
	EXPECT_EQ(GUEST_ERR_LOST, guest_sum_judge(0, 0, 1, 1));
}

TEST(entry_but_for_its_marks)
{
	guest_u64 entry = guest_entry_tag(PAGE) | 0x123003;

	EXPECT_EQ(GUEST_ERR_NONE, guest_entry_judge(PAGE, entry | GUEST_ENTRY_MARKS, entry));
	EXPECT_EQ(GUEST_ERR_LOST, guest_entry_judge(PAGE, 0, entry));
	EXPECT_EQ(GUEST_ERR_STALE, guest_entry_judge(PAGE, entry + 0x1000, entry));
	EXPECT_EQ(GUEST_ERR_FOREIGN, guest_entry_judge(PAGE, GUEST_CANARY, entry));
}

TEST(pages_are_shared_out)
{
	EXPECT_EQ(3, guest_share(GUEST_WRITER_VCPU, 5, 2));
	EXPECT_EQ(5, guest_share(GUEST_WRITER_HOST, 5, 2));
	EXPECT_EQ(5, guest_share(GUEST_WRITER_ALL, 5, 2));
}

TEST(layout_has_room)
{
	EXPECT_EQ(32, sizeof(struct guest_page));
	EXPECT_EQ(0, sizeof(struct guest_vcpu) % 64);
	EXPECT_GE(GUEST_SHARED_GPA, GUEST_SYSTEM_GPA + GUEST_IMAGE_MAX);
	EXPECT_GE(GUEST_AREA_GPA, GUEST_SYSTEM_GPA + guest_system_size(GUEST_MAX_VCPUS,
									GUEST_MAX_PAGES));
	EXPECT_EQ(sizeof(struct guest_page), sizeof(union guest_note));
	/* What two vCPUs have is in the first of the shared pages. */
	EXPECT_GE(GUEST_PAGE_SIZE, offsetof(struct guest_shared, vcpu[2]));
}

TEST_HARNESS_MAIN
