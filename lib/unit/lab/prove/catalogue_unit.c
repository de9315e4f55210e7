// SPDX-License-Identifier: GPL-2.0
/*
 * The catalogue of regressions: what is read out of an entry, and complaints.
 */
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "prove/prove.h"

FIXTURE(catalogue) {
	char dir[64];
	char file[96];
	struct lab_catalogue c;
	struct lab_error e;
};

FIXTURE_SETUP(catalogue)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/catalogue.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->file, sizeof(self->file), "%s/pages_lost.cocci", self->dir);
}

FIXTURE_TEARDOWN(catalogue)
{
	unlink(self->file);
	rmdir(self->dir);
}

#define READ(text) \
	(lab_write_file(self->file, (text), strlen(text), &self->e) ?: \
	 lab_catalogue_read(self->dir, &lab_arch_x86_64, &self->c, &self->e))

#define HEAD "// SPDX-License-Identifier: GPL-2.0\n// class: count\n// commit: none: a slip\n"

TEST_F(catalogue, entry)
{
	const struct lab_regression *r;

	ASSERT_EQ(0, READ(HEAD "// broke: it: all\n// file: a.c\n// tests: t:*\n"
			       "// tests: u\n// expect: one\n// expect: two\n\n@@\n// mode: x\n"));
	ASSERT_EQ(1, self->c.nr);
	r = &self->c.entries[0];
	EXPECT_STREQ("pages_lost", r->name);
	EXPECT_STREQ("count", r->class);
	EXPECT_STREQ("none: a slip", r->commit);
	EXPECT_STREQ("it: all", r->broke);
	EXPECT_STREQ("t:* u", r->tests);
	EXPECT_EQ(2, r->expects.nr);
	EXPECT_STREQ("two", r->expects.words[1]);
	EXPECT_EQ(NULL, r->mode);
}

#define REST "// broke: it: all\n// tests: t\n// expect: one\n"

/* What concerns an architecture alone is no regression of others. */
TEST_F(catalogue, architecture)
{
	ASSERT_EQ(0, READ(HEAD REST "// file: arch/arm64/kvm/mmu.c\n\n@@\n"));
	EXPECT_TRUE(lab_regression_is_for(&self->c.entries[0], &lab_arch_arm64));
	EXPECT_FALSE(lab_regression_is_for(&self->c.entries[0], &lab_arch_x86_64));
	ASSERT_EQ(0, READ(HEAD REST "// file: arch/x86/kvm/x86.c\n// file: mm/rmap.c\n\n@@\n"));
	EXPECT_TRUE(lab_regression_is_for(&self->c.entries[0], &lab_arch_x86_64));
	EXPECT_TRUE(lab_regression_is_for(&self->c.entries[0], &lab_arch_riscv64));
	ASSERT_EQ(0, READ(HEAD REST "// file: arch/x86_of_another/a.c\n\n@@\n"));
	EXPECT_FALSE(lab_regression_is_for(&self->c.entries[0], &lab_arch_x86_64));
}

TEST_F(catalogue, expected_on_one_architecture)
{
	ASSERT_EQ(0, READ(HEAD REST "// expect on x86_64: two\n// expect on arm64: three\n"));
	ASSERT_EQ(2, self->c.entries[0].expects.nr);
	EXPECT_STREQ("two", self->c.entries[0].expects.words[1]);
	EXPECT_EQ(-EINVAL, READ(HEAD REST "// expect on vax: four\n"));
	EXPECT_NE(NULL, strstr(self->e.text, "vax: no architecture of that name"));
}

TEST_F(catalogue, mistakes)
{
	EXPECT_EQ(-EINVAL, READ(HEAD));
	EXPECT_NE(NULL, strstr(self->e.text, "needs class, commit, broke, tests and expect"));
	EXPECT_EQ(-EINVAL, READ(HEAD "// class: again\n"));
	EXPECT_NE(NULL, strstr(self->e.text, "a second \"class:\""));
	EXPECT_EQ(-EINVAL, READ(HEAD "// oracle: x\n"));
	EXPECT_NE(NULL, strstr(self->e.text, "\"oracle:\" is no key"));
	EXPECT_EQ(-EINVAL, READ(HEAD "// a word\n"));
	EXPECT_NE(NULL, strstr(self->e.text, "expected \"// KEY: VALUE\""));
}

TEST_F(catalogue, nothing_there)
{
	EXPECT_EQ(-ENOENT, lab_catalogue_read(self->dir, &lab_arch_x86_64, &self->c, &self->e));
}

TEST_HARNESS_MAIN
