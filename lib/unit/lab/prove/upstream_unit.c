// SPDX-License-Identifier: GPL-2.0
/*
 * Which of the kernel tree's own tests are sound, from two runs of them.
 */
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "prove/upstream_sound.h"

FIXTURE(sound) {
	char dir[64], path[96];
	struct lab_sound s;
	struct lab_error e;
};

FIXTURE_SETUP(sound)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/lab_upstream_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/results.json", self->dir);
}

FIXTURE_TEARDOWN(sound)
{
	lab_sound_free(&self->s);
	lab_remove_tree(self->dir, NULL);
}

static int add(struct lab_sound *s, const char *path, const char *text, struct lab_error *e)
{
	if (lab_write_file(path, text, strlen(text), NULL))
		abort();
	return lab_sound_add(s, path, e);
}

#define CASE(name, status, ms, reason, line) "{\"name\": \"upstream." name ".passes\", \"ms\": " ms \
	", \"status\": \"" status "\", \"reason\": " reason ", \"diagnostics\": [\"" line "\"]}"
#define GOOD	CASE("good", "pass", "2500", "null", "# x")
#define SLOW	CASE("slow", "pass", "20000", "null", "# x")
#define BUSY	CASE("busy", "pass", "20000", "null", "# x")
#define IDLE	CASE("busy", "pass", "2000", "null", "# x")
#define SKIPS	CASE("skips", "skip", "10", "\"no VMX\"", "# x")
#define LUCKY	CASE("unsteady", "pass", "500", "null", "# x")
#define UNLUCKY	CASE("unsteady", "fail", "900", "null", "# error: exit 254: x")

TEST_F(sound, only_what_passes_each_time_and_once_in_time)
{
	char *text;

	ASSERT_EQ(0, add(&self->s, self->path,
			 "{\"cases\": [" GOOD ", " SLOW ", " BUSY ", " SKIPS ", " UNLUCKY "]}",
			 &self->e));
	ASSERT_EQ(0, add(&self->s, self->path,
			 "{\"cases\": [" GOOD ", " SLOW ", " IDLE ", " SKIPS ", " LUCKY "]}",
			 &self->e));
	text = lab_sound_leave_out(&self->s);
	EXPECT_STREQ("slow\nskips\nunsteady\n", text);
	free(text);
	EXPECT_EQ(5.0, self->s.seconds);
}

#define COMES_BY(name, regression)	CASE(name, "pass", "10", "null", "# reached " regression)

TEST_F(sound, who_comes_by_a_site)
{
	char *text;

	ASSERT_EQ(0, add(&self->s, self->path,
			 "{\"cases\": [" COMES_BY("a", "x_lost") ", " COMES_BY("b", "y_lost") ", "
			 COMES_BY("c", "x_lost") "]}", &self->e));
	ASSERT_EQ(0, add(&self->s, self->path,
			 "{\"cases\": [" COMES_BY("a", "x_lost") ", " COMES_BY("b", "x_lost") ", "
			 CASE("c", "fail", "10", "null", "# x") "]}", &self->e));
	text = lab_sound_reaching(&self->s, "x_lost");
	EXPECT_STREQ("upstream_test:upstream.a.passes upstream_test:upstream.b.passes", text);
	free(text);
	lab_sound_leave(&self->s, "# 0123\nb\n");
	text = lab_sound_reaching(&self->s, "y_lost");
	EXPECT_STREQ("", text);
	free(text);
	text = lab_sound_reaching(&self->s, "z_lost");
	EXPECT_STREQ("", text);
	free(text);
}

TEST_F(sound, table)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	ASSERT_EQ(0, add(&self->s, self->path, "{\"cases\": [" GOOD ", " SKIPS ", " UNLUCKY "]}",
			 &self->e));
	f = open_memstream(&text, &len);
	ASSERT_NE(NULL, f);
	lab_sound_summary(f, &self->s);
	lab_sound_table(f, &self->s);
	fclose(f);
	EXPECT_STREQ("1 of 3 tests of the kernel tree pass here without a regression, in 2 s\n"
		     "| test | without a regression |\n|---|---|\n"
		     "| good | passes |\n"
		     "| skips | skips: no VMX |\n"
		     "| unsteady | fails: exit 254: x |\n", text);
	free(text);
}

TEST(names)
{
	char *name = lab_sound_test_name("upstream_test:upstream.a_test.passes");

	EXPECT_STREQ("a_test", name);
	free(name);
	EXPECT_EQ(NULL, lab_sound_test_name("panic"));
}

TEST_F(sound, no_results)
{
	EXPECT_EQ(-EINVAL, add(&self->s, self->path, "{}", &self->e));
	EXPECT_EQ(-EINVAL, lab_sound_add(&self->s, "/nowhere", &self->e));
}

TEST_HARNESS_MAIN
