// SPDX-License-Identifier: GPL-2.0
/*
 * Fingerprints tell one version from another, and stamps what is done from what is not.
 */
#include <errno.h>
#include <stdlib.h>
#include <kselftest_harness.h>

#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/text.h"

FIXTURE(fingerprint)
{
	char dir[40], *one, *two, *both;
	struct lab_fingerprint a, b;
	struct lab_error e;
};

FIXTURE_SETUP(fingerprint)
{
	strcpy(self->dir, "/tmp/fingerprint_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->one = lab_format("%s/[1].x", self->dir);
	self->two = lab_format("%s/[2].x", self->dir);
	self->both = lab_format("%s/*.x", self->dir);
	ASSERT_EQ(0, lab_write_file(self->one, "1", 1, &self->e));
	ASSERT_EQ(0, lab_write_file(self->two, "2", 1, &self->e));
}

FIXTURE_TEARDOWN(fingerprint)
{
	EXPECT_EQ(0, lab_remove_tree(self->dir, NULL));
	free(self->one);
	free(self->two);
	free(self->both);
}

TEST_F(fingerprint, contents_and_order)
{
	struct lab_fingerprint *a = &self->a, *b = &self->b;

	ASSERT_EQ(0, lab_fingerprint_add(a, self->both, &self->e));
	ASSERT_EQ(0, lab_fingerprint_add_file(b, self->one, &self->e));
	EXPECT_STRNE(a->hex, b->hex);
	ASSERT_EQ(0, lab_fingerprint_add_file(b, self->two, &self->e));
	EXPECT_STREQ(a->hex, b->hex);
	EXPECT_EQ(16, strlen(a->hex));
	*b = (struct lab_fingerprint){ "" };
	ASSERT_EQ(0, lab_fingerprint_add_file(b, self->two, &self->e));
	ASSERT_EQ(0, lab_fingerprint_add_file(b, self->one, &self->e));
	EXPECT_STRNE(a->hex, b->hex);
	ASSERT_EQ(0, lab_write_file(self->two, "3", 1, &self->e));
	*b = (struct lab_fingerprint){ "" };
	ASSERT_EQ(0, lab_fingerprint_add(b, self->both, &self->e));
	EXPECT_STRNE(a->hex, b->hex);
}

/* What moves from one text to the next makes a difference. */
TEST_F(fingerprint, texts)
{
	lab_fingerprint_add_text(&self->a, "ab");
	lab_fingerprint_add_text(&self->a, "c");
	lab_fingerprint_add_text(&self->b, "a");
	lab_fingerprint_add_text(&self->b, "bc");
	EXPECT_STRNE(self->a.hex, self->b.hex);
}

TEST_F(fingerprint, what_is_not_there)
{
	EXPECT_EQ(-ENOENT, lab_fingerprint_add(&self->a, "/nowhere/at/all", &self->e));
	EXPECT_EQ(-ENOENT, lab_fingerprint_add_file(&self->a, "/nowhere/at/all", &self->e));
}

TEST_F(fingerprint, a_stamp_is_of_one_thing)
{
	lab_fingerprint_add_text(&self->a, "a");
	EXPECT_FALSE(lab_stamp_is(self->dir, &self->a));
	ASSERT_EQ(0, lab_stamp(self->dir, &self->a, &self->e));
	EXPECT_TRUE(lab_stamp_is(self->dir, &self->a));
	lab_fingerprint_add_text(&self->b, "b");
	EXPECT_FALSE(lab_stamp_is(self->dir, &self->b));
	EXPECT_GT(0, lab_stamp("/nowhere", &self->a, &self->e));
}

TEST_HARNESS_MAIN
