// SPDX-License-Identifier: GPL-2.0
/*
 * What "lab run" says to what cannot be run: one line, and nothing is left behind.
 */
#include <kselftest_harness.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "base/text.h"
#include "run/run.h"

static const char suite[] =
	"{ \"name\": \"s\", \"parameters\": [], \"modules\": [],"
	" \"external_modules\": [], \"disks\": [],"
	" \"architectures\": { \"x86_64\": { \"cpu\": \"c\", \"modes\": { \"m\": { \"parameters\": [] } } } },"
	" \"profiles\": { \"default\": ["
	" { \"program\": \"p\", \"args\": [], \"timeout\": 9 } ] } }";

FIXTURE(run) {
	struct lab_paths paths;
	char *said, *empty, *file, *missing;
};
typedef FIXTURE_DATA(run) run_data;

/* A repository with a suite of one program, which is built. */
FIXTURE_SETUP(run)
{
	char *name, *program, lib[PATH_MAX];

	strcpy(self->paths.repo, "/tmp/lab_run_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->paths.repo));
	snprintf(self->paths.build, sizeof(self->paths.build), "%.64s/build", self->paths.repo);
	strcpy(self->paths.invoked, "build/lab");
	self->said = lab_format("%s/said", self->paths.repo);
	self->empty = lab_format("%s/empty", self->paths.repo);
	self->file = lab_format("%s/selftests/suite.json", self->paths.repo);
	self->missing = lab_format("%s/missing", self->paths.repo);
	name = lab_format("%s/selftests", self->paths.repo);
	ASSERT_EQ(0, lab_make_dirs(name, NULL));
	free(name);
	ASSERT_EQ(0, lab_write_file(self->file, suite, strlen(suite), NULL));
	name = lab_format("%s/selftests", self->paths.build);
	program = lab_format("%s/p", name);
	ASSERT_EQ(0, lab_make_dirs(name, NULL));
	ASSERT_EQ(0, lab_write_file(program, "x", 1, NULL));
	ASSERT_EQ(0, chmod(program, 0755));
	free(name);
	name = lab_format("%s/manifest.json", self->paths.build);
	ASSERT_EQ(0, lab_write_file(name, "{ \"programs\": {} }", 18, NULL));
	ASSERT_EQ(0, lab_make_dirs(self->empty, NULL));
	/* Scripts of the lab are this repository's. */
	free(name);
	name = lab_format("%s/lib", self->paths.repo);
	ASSERT_NE(NULL, realpath("lib", lib));
	ASSERT_EQ(0, symlink(lib, name));
	free(name);
	free(program);
}

FIXTURE_TEARDOWN(run)
{
	lab_remove_tree(self->paths.repo, NULL);
	free(self->said);
	free(self->empty);
	free(self->file);
	free(self->missing);
}

static size_t count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	size_t nr = 0;

	while (d && readdir(d))
		nr++;
	if (d)
		closedir(d);
	return nr ? nr - 2 : 0;	/* "." and ".." */
}

/* The exit code of "lab run OPTION VALUE [MORE]"; what it says goes to the file @said. */
static int run(const run_data *self, const char *option, const char *value, const char *more)
{
	char *argv[] = { "run", (char *)option, (char *)value, (char *)more, NULL };
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), code;
	int fd = open(self->said, O_CREAT | O_TRUNC | O_WRONLY, 0644);

	fflush(NULL);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	code = lab_run_main(more ? 4 : 3, argv, &self->paths);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(fd);
	return code;
}

static void expect_one_line(struct __test_metadata *_metadata, const run_data *self,
			    const char *option, const char *value, const char *more,
			    const char *words)
{
	char *runs = lab_format("%s/runs", self->paths.build), *said;

	EXPECT_EQ(LAB_EXIT_USAGE, run(self, option, value, more)) {
		TH_LOG("%s %s", option, value);
	}
	said = lab_read_or_empty(self->paths.repo, "said");
	EXPECT_EQ(said, strstr(said, "lab: "));
	EXPECT_EQ(said + strlen(said) - 1, strchr(said, '\n')) {
		TH_LOG("%s %s: not one line: %s", option, value, said);
	}
	EXPECT_NE(NULL, strstr(said, words)) {
		TH_LOG("%s %s: %s", option, value, said);
	}
	EXPECT_EQ(0, count_entries(runs));
	EXPECT_EQ(0, count_entries(self->empty));
	free(said);
	free(runs);
}

/* What is refused is refused in a dry run, too, and in the same words. */
static void expect_refused(struct __test_metadata *_metadata, const run_data *self,
			   const char *option, const char *value, const char *words)
{
	expect_one_line(_metadata, self, option, value, NULL, words);
	expect_one_line(_metadata, self, option, value, "--dry-run", words);
}

TEST_F(run, no_such_kernel)
{
	expect_refused(_metadata, self, "--kdir", self->missing, self->missing);
	expect_refused(_metadata, self, "--kdir", self->empty, "is not a kernel tree");
	expect_refused(_metadata, self, "--kernel", self->missing, self->missing);
	expect_refused(_metadata, self, "--kernel", self->file, self->file);
	expect_refused(_metadata, self, "--series", "six", "six");
	expect_refused(_metadata, self, "--series", "6", "\"6\"");
}

TEST_F(run, no_such_choice)
{
	expect_refused(_metadata, self, "--mode", "x", "there are: m");
	expect_refused(_metadata, self, "--profile", "x", "there are: default");
	expect_refused(_metadata, self, "--topology", "x", "numa2");
	expect_refused(_metadata, self, "--tests", "x", "'x'");
}

TEST_F(run, no_such_files)
{
	expect_refused(_metadata, self, "--add", self->missing, self->missing);
	expect_refused(_metadata, self, "--add", self->empty, "there is nothing in it");
	expect_refused(_metadata, self, "--kselftest", self->missing, "kselftest-list.txt");
	expect_refused(_metadata, self, "--kselftest", self->empty, "kselftest-list.txt");
}

TEST_F(run, no_place_for_results)
{
	char *below = lab_format("%s/x", self->file);

	expect_refused(_metadata, self, "--out", self->file, "is not a directory");
	expect_refused(_metadata, self, "--out", below, "Not a directory");
	free(below);
}

/* Where a dry run finds all that it needs it says what it is, and nothing is written. */
TEST_F(run, dry)
{
	char *out = lab_format("%s/new/er", self->paths.repo), *kernels, *said;

	EXPECT_EQ(LAB_EXIT_PASS, run(self, "--dry-run", "--out", out));
	said = lab_read_or_empty(self->paths.repo, "said");
	EXPECT_NE(NULL, strstr(said, "Debian's own, which is still to be fetched\n")) {
		TH_LOG("%s", said);
	}
	EXPECT_NE(NULL, strstr(said, "mode        m\ntopology    numa2\nbeds        1\n"));
	EXPECT_NE(NULL, strstr(said, "  p: tests of its own\n"
				     "1 program, 0 tests; what they take is not known\n"));
	EXPECT_NE(NULL, strstr(said, out));
	/* build, empty, lib, said, selftests */
	EXPECT_EQ(5, count_entries(self->paths.repo));
	kernels = lab_format("%s/kernels", self->paths.build);
	EXPECT_FALSE(lab_is_dir(kernels));
	free(kernels);
	free(said);
	free(out);
}

/* A directory that was there stays, one that was made goes. */
TEST_F(run, directory_of_results)
{
	char *argv[] = { "run", "--out", NULL, "--kdir", self->missing, NULL };

	argv[2] = self->empty;
	EXPECT_EQ(LAB_EXIT_USAGE, lab_run_main(5, argv, &self->paths));
	EXPECT_TRUE(lab_is_dir(self->empty));
	EXPECT_EQ(0, count_entries(self->empty));
	argv[2] = lab_format("%s/new", self->paths.repo);
	EXPECT_EQ(LAB_EXIT_USAGE, lab_run_main(5, argv, &self->paths));
	EXPECT_FALSE(lab_is_dir(argv[2]));
	free(argv[2]);
}

TEST_HARNESS_MAIN
