// SPDX-License-Identifier: GPL-2.0
/*
 * "lab check" refuses what its run of the suite could not do before anything is run.
 */
#include <kselftest_harness.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "base/text.h"
#include "prove/prove.h"

static const char suite[] =
	"{ \"name\": \"s\","
	" \"architectures\": { \"x86_64\": { \"cpu\": \"c\", \"modes\": { \"m\": {} } } },"
	" \"profiles\": { \"default\": [ { \"program\": \"p_test\", \"timeout\": 9 } ] } }";
static const char manifest[] = "{ \"programs\": { \"p_test\": { \"tests\": { \"p.a\": {} } } } }";

FIXTURE(check) {
	struct lab_paths paths;
	char *out;
};
typedef FIXTURE_DATA(check) check_data;

static void put(struct __test_metadata *_metadata, const char *dir, const char *name,
		const char *text)
{
	char *path = lab_format("%s/%s", dir, name);

	ASSERT_EQ(0, lab_make_dirs(dir, NULL));
	ASSERT_EQ(0, lab_write_file(path, text, strlen(text), NULL));
	free(path);
}

FIXTURE_SETUP(check)
{
	char *selftests;

	strcpy(self->paths.repo, "/tmp/lab_check_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->paths.repo));
	snprintf(self->paths.build, sizeof(self->paths.build), "%.64s/build", self->paths.repo);
	self->out = lab_format("%s/out", self->paths.repo);
	selftests = lab_format("%s/selftests", self->paths.repo);
	put(_metadata, selftests, "suite.json", suite);
	put(_metadata, self->paths.build, "manifest.json", manifest);
	free(selftests);
}

FIXTURE_TEARDOWN(check)
{
	lab_remove_tree(self->paths.repo, NULL);
	free(self->out);
}

static int check(const check_data *self, const char *option, const char *value)
{
	char *argv[] = { "check", "--out", self->out, (char *)option, (char *)value, NULL };

	return lab_check_main(5, argv, &self->paths);
}

TEST_F(check, pattern_that_selects_nothing)
{
	EXPECT_EQ(LAB_EXIT_USAGE, check(self, "--tests", "p_test:p.b"));
	EXPECT_FALSE(lab_is_dir(self->out));
}

TEST_F(check, no_such_mode)
{
	EXPECT_EQ(LAB_EXIT_USAGE, check(self, "--mode", "n"));
	EXPECT_FALSE(lab_is_dir(self->out));
}

TEST_HARNESS_MAIN
