// SPDX-License-Identifier: GPL-2.0
/*
 * Health, from a directory that looks like KVM's.
 */
#include <kselftest_harness.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "oracle/oracle.h"

FIXTURE(health) {
	struct health health;
	struct health_sample sample;
	struct result r;
};

static int enter(const struct health *h, const char *name, const char *text)
{
	char path[192];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", h->dir, name);
	if (!text)
		return unlink(path);
	f = fopen(path, "w");
	return !f || fputs(text, f) < 0 || fclose(f);
}

/* Return: as health_sample(). */
static int sample(struct _test_data_health *self, const char *seq)
{
	return enter(&self->health, "mmu_notifier_seq", seq) ?:
	       health_sample(&self->health, &self->sample, &self->r);
}

FIXTURE_SETUP(health)
{
	result_init(&self->r);
	strcpy(self->health.dir, "/tmp/health.XXXXXX");
	ASSERT_TRUE(mkdtemp(self->health.dir));
	ASSERT_EQ(0, enter(&self->health, "mmu_notifier_count", "0\n"));
}

FIXTURE_TEARDOWN(health)
{
	enter(&self->health, "mmu_notifier_count", NULL);
	enter(&self->health, "mmu_notifier_seq", NULL);
	rmdir(self->health.dir);
}

TEST_F(health, seq_may_stand_rise_and_wrap)
{
	EXPECT_EQ(0, sample(self, "7\n"));
	EXPECT_EQ(0, sample(self, "7\n"));
	EXPECT_EQ(0, sample(self, "9223372036854775807\n"));
	EXPECT_EQ(0, sample(self, "9223372036854775808\n"));
	EXPECT_EQ(0, sample(self, "18446744073709551615\n"));
	EXPECT_EQ(~0ULL, self->sample.seq);
	EXPECT_EQ(0, sample(self, "3\n"));
	EXPECT_EQ(RESULT_PASS, self->r.kind);
}

TEST_F(health, seq_may_not_go_back)
{
	EXPECT_EQ(0, sample(self, "4294967296\n"));
	EXPECT_EQ(-1, sample(self, "4294967295\n"));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
}

TEST_F(health, counts_may_not_be_negative)
{
	ASSERT_EQ(0, enter(&self->health, "mmu_notifier_count", "-1\n"));
	EXPECT_EQ(-1, sample(self, "1\n"));
	EXPECT_EQ(RESULT_FAIL, self->r.kind);
}

TEST_HARNESS_MAIN
