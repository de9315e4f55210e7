// SPDX-License-Identifier: GPL-2.0
/*
 * What a memory cgroup is charged for, from a directory that looks like one.
 */
#include <kselftest_harness.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "oracle/leak_check.h"

FIXTURE(charged) {
	char dir[32], stat[64];
};

FIXTURE_SETUP(charged)
{
	strcpy(self->dir, "/tmp/leak_check.XXXXXX");
	ASSERT_TRUE(mkdtemp(self->dir));
	snprintf(self->stat, sizeof(self->stat), "%s/memory.stat", self->dir);
}

FIXTURE_TEARDOWN(charged)
{
	unlink(self->stat);
	rmdir(self->dir);
}

static void fill(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

TEST_F(charged, page_tables_are_counted)
{
	unsigned long long count = 0;

	fill(self->stat, "anon 8192\npagetables 4096\nsec_pagetables 53248\nslab_unreclaimable 999\n");
	EXPECT_TRUE(leak_charged(self->dir, LEAK_PAGE_TABLE, &count));
	EXPECT_EQ(13, count);
}

TEST_F(charged, a_kernel_that_does_not_tell_is_known)
{
	unsigned long long count;

	EXPECT_FALSE(leak_charged(self->dir, LEAK_PAGE_TABLE, &count));
	fill(self->stat, "anon 8192\npagetables 4096\nslab_unreclaimable 999\n");
	EXPECT_FALSE(leak_charged(self->dir, LEAK_PAGE_TABLE, &count));
	EXPECT_FALSE(leak_charged(self->dir, LEAK_MM, &count));
	EXPECT_FALSE(leak_charged("", LEAK_MM, &count));
}

TEST_HARNESS_MAIN
