// SPDX-License-Identifier: GPL-2.0
/*
 * Areas: mapping, unmapped gaps, replacement, and memory that is not there.
 */
#include <sys/mman.h>

#include <kselftest_harness.h>

#include "memory/memory.h"
#include "memory/smaps.h"

FIXTURE(area) {
	struct area a;
	struct result r;
};

FIXTURE_SETUP(area)
{
	result_init(&self->r);
}

FIXTURE_TEARDOWN(area)
{
	area_destroy(&self->a);
}

TEST_F(area, size_is_rounded_to_the_granule)
{
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_ANON], 5000, &self->r));
	EXPECT_EQ(2 * PAGE_BYTES, self->a.size);
}

TEST_F(area, two_areas_do_not_meet)
{
	struct area other;

	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_ANON], HUGE_BYTES, &self->r));
	ASSERT_EQ(0, area_create(&other, &backings[BACKING_ANON], HUGE_BYTES, &self->r));
	EXPECT_NE(self->a.hva, other.hva);
	area_destroy(&other);
}

TEST_F(area, anonymous_memory_comes_back_empty)
{
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_ANON], PAGE_BYTES, &self->r));
	*self->a.hva = 1;
	EXPECT_EQ(0, area_replace(&self->a, &self->r));
	EXPECT_EQ(0, *self->a.hva);
	*self->a.hva = 1;
	EXPECT_EQ(0, area_unmap(&self->a, &self->r));
	EXPECT_EQ(0, area_map(&self->a, &self->r));
	EXPECT_EQ(0, *self->a.hva);
}

TEST_F(area, file_keeps_its_halves_apart)
{
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_MEMFD], PAGE_BYTES, &self->r));
	*self->a.hva = 1;
	*area_other_half(&self->a) = 2;
	EXPECT_EQ(0, area_replace(&self->a, &self->r));
	EXPECT_EQ(2, *self->a.hva);
	EXPECT_EQ(1, *area_other_half(&self->a));
	EXPECT_EQ(0, area_empty_other_half(&self->a, &self->r));
	EXPECT_EQ(0, *area_other_half(&self->a));
}

TEST_F(area, private_file_memory_is_a_copy)
{
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_MEMFD_PRIVATE], PAGE_BYTES,
				 &self->r));
	*self->a.hva = 1;
	EXPECT_EQ(0, self->a.file_view[0]);
	EXPECT_EQ(0, area_unmap(&self->a, &self->r));
	EXPECT_EQ(0, area_map(&self->a, &self->r));
	EXPECT_EQ(0, *self->a.hva);
}

TEST_F(area, private_file_memory_is_replaced_by_the_file)
{
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_MEMFD_PRIVATE], PAGE_BYTES,
				 &self->r));
	*area_other_half(&self->a) = 2;
	EXPECT_EQ(0, area_replace(&self->a, &self->r));
	EXPECT_EQ(2, *self->a.hva);
	*self->a.hva = 3;
	EXPECT_EQ(2, self->a.file_view[PAGE_BYTES]);
}

TEST_F(area, file_on_a_disk_keeps_its_halves_apart)
{
	if (disk_missing())
		SKIP(return, "%s", disk_missing());
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_FILE], PAGE_BYTES, &self->r));
	*self->a.hva = 1;
	*area_other_half(&self->a) = 2;
	EXPECT_EQ(1, self->a.file_view[0]);
	EXPECT_EQ(0, area_replace(&self->a, &self->r));
	EXPECT_EQ(2, *self->a.hva);
	EXPECT_EQ(0, area_empty_other_half(&self->a, &self->r));
	EXPECT_EQ(0, *area_other_half(&self->a));
}

/* Or the kernel gives no huge page to who comes through the view first. */
TEST_F(area, huge_halves_are_aligned)
{
	const struct backing *backing = &backings[BACKING_MEMFD_THP];

	if (backing->missing())
		SKIP(return, "%s", backing->missing());
	ASSERT_EQ(0, area_create(&self->a, backing, PAGE_BYTES, &self->r));
	EXPECT_EQ(HUGE_BYTES, self->a.size);
	EXPECT_EQ(0, (uintptr_t)self->a.hva % HUGE_BYTES);
	EXPECT_EQ(0, (uintptr_t)self->a.aside % HUGE_BYTES);
	EXPECT_EQ(0, (uintptr_t)self->a.file_view % HUGE_BYTES);
}

TEST_F(area, smaps_adds_up_what_is_inside)
{
	size_t bytes = 0;

	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_ANON], 8 * PAGE_BYTES, &self->r));
	*self->a.hva = 1;
	self->a.hva[7 * PAGE_BYTES] = 1;
	ASSERT_EQ(0, munmap(self->a.hva + 2 * PAGE_BYTES, PAGE_BYTES));
	EXPECT_EQ(0, smaps_sum(&self->a, "Size", &bytes, &self->r));
	EXPECT_EQ(7 * PAGE_BYTES, bytes);
	EXPECT_EQ(0, smaps_sum(&self->a, "Rss", &bytes, &self->r));
	EXPECT_EQ(2 * PAGE_BYTES, bytes);
	EXPECT_EQ(-1, smaps_sum(&self->a, "NoSuchLine", &bytes, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
}

TEST_F(area, a_gap_that_is_taken_is_not_replaced)
{
	ASSERT_EQ(0, area_create(&self->a, &backings[BACKING_ANON], PAGE_BYTES, &self->r));
	EXPECT_EQ(-1, area_map(&self->a, &self->r));
	EXPECT_EQ(RESULT_ERROR, self->r.kind);
}

TEST_F(area, memory_that_is_not_there_is_a_skip)
{
	EXPECT_EQ(-1, area_create(&self->a, &backings[BACKING_ANON], 1UL << 50, &self->r));
	EXPECT_EQ(RESULT_SKIP, self->r.kind);
	EXPECT_NE(NULL, strstr(self->r.reason, "needs 1073741824 MiB"));
}

TEST_HARNESS_MAIN
