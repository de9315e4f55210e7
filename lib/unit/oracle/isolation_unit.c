// SPDX-License-Identifier: GPL-2.0
/*
 * The isolation oracle on memory of this process: frames are freed, caught
 * again as canaries, and a write to one of them must be noticed.
 */
#include <kselftest_harness.h>

#include "memory/pagemap.h"
#include "oracle/oracle.h"

#define NR_PAGES	64

FIXTURE(isolation) {
	struct isolation i;
	struct area area;
	struct result r;
};

FIXTURE_SETUP(isolation)
{
	pagemap_t *pages;

	result_init(&self->r);
	if (pagemap_missing())
		SKIP(return, "%s", pagemap_missing());
	ASSERT_EQ(0, area_create(&self->area, &backings[BACKING_ANON],
				 NR_PAGES * PAGE_BYTES, &self->r));
	memset(self->area.hva, 1, self->area.size);
	isolation_init(&self->i, &self->area, true, &self->r);
	pages = pagemap_area(&self->area, &self->r);
	ASSERT_NE(NULL, pages);
	ASSERT_EQ(0, isolation_before(&self->i, pages, &self->r));
	free(pages);
	ASSERT_EQ(0, area_replace(&self->area, &self->r));
	ASSERT_EQ(0, isolation_after(&self->i, &self->r));
}

FIXTURE_TEARDOWN(isolation)
{
	isolation_release(&self->i);
	area_destroy(&self->area);
}

TEST_F(isolation, untouched_canaries_pass)
{
	EXPECT_EQ(0, isolation_check(&self->i, &self->r));
	EXPECT_EQ(RESULT_PASS, self->r.kind);
	EXPECT_EQ(NULL, self->i.caught);
}

TEST_F(isolation, a_write_to_a_freed_frame_is_noticed)
{
	size_t page = 0, pages = self->i.canaries.size / PAGE_BYTES;

	if (!self->i.total)
		SKIP(return, "none of the freed frames came back");
	while (page < pages && !self->i.caught[page])
		page++;
	ASSERT_LT(page, pages);
	self->i.canaries.hva[page * PAGE_BYTES + 1000]++;
	EXPECT_EQ(-1, isolation_check(&self->i, &self->r));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
	EXPECT_EQ(CONTRACT_NO_STALE, self->r.contract);
	EXPECT_NE(NULL, strstr(self->r.reason, "at offset 1000"));
}

TEST_F(isolation, without_a_caught_frame_a_claim_is_not_judged)
{
	struct isolation i = self->i;
	struct result r;

	i.judged = true;
	i.total = 1;
	result_init(&r);
	isolation_summary(&i, &r);
	EXPECT_STREQ("", r.judged.why_not[ORACLE_ISOLATION]);
	i.total = 0;
	i.freed = 1;
	isolation_summary(&i, &r);
	EXPECT_STREQ("no frame came back", r.judged.why_not[ORACLE_ISOLATION]);
	/* Where none need be freed, nothing is missed. */
	result_init(&r);
	i.claims = false;
	isolation_summary(&i, &r);
	EXPECT_STREQ("", r.judged.why_not[ORACLE_ISOLATION]);
}

/* Nobody asks for memory that is not there: neither freed nor claimed. */
TEST_F(isolation, without_a_claim_nothing_is_taken_if_nothing_was_freed)
{
	uint64_t *frames = malloc(sizeof(*frames));
	struct isolation i;

	ASSERT_NE(NULL, frames);
	isolation_init(&i, &self->area, false, &self->r);
	*frames = 0;
	isolation_adopt(&i, frames, 1);
	EXPECT_EQ(0, isolation_after(&i, &self->r));
	EXPECT_EQ(NULL, i.canaries.hva);
	isolation_release(&i);
}

TEST_F(isolation, released_it_judges_nothing)
{
	isolation_release(&self->i);
	EXPECT_EQ(0, isolation_check(&self->i, &self->r));
}

TEST_HARNESS_MAIN
