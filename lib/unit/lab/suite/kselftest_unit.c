// SPDX-License-Identifier: GPL-2.0
/*
 * An installed kselftest: how its tests are selected, and how the output of its
 * runner becomes results.
 */
#include <kselftest_harness.h>
#include <sys/stat.h>

#include "base/fsys.h"
#include "base/text.h"
#include "suite/kselftest.h"
#include "verdict/kselftest_line.h"
#include "verdict/ktap.h"

struct bed {
	char dir[64];
	struct lab_suite suite;
	struct lab_error e;
};

FIXTURE(kselftest) {
	struct bed bed;
};

static void put(const char *dir, const char *name, const char *text)
{
	char *path = lab_format("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
	free(path);
}

FIXTURE_SETUP(kselftest)
{
	char *sub;

	self->bed.suite = (struct lab_suite){ .json = json_object() };
	self->bed.e.text[0] = '\0';
	strcpy(self->bed.dir, "/tmp/lab_kselftest_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->bed.dir));
	sub = lab_format("%s/kvm", self->bed.dir);
	mkdir(sub, 0755);
	free(sub);
	sub = lab_format("%s/kvm/mm", self->bed.dir);
	mkdir(sub, 0755);
	free(sub);
	put(self->bed.dir, "kselftest-list.txt", "kvm:a_test\nkvm/mm:b_test\nkvm/mm:c-test.sh\n");
	put(self->bed.dir, "kvm/mm/settings", "# a limit\ntimeout=100\n");
}

FIXTURE_TEARDOWN(kselftest)
{
	lab_suite_free(&self->bed.suite);
	lab_remove_tree(self->bed.dir, NULL);
}

static int choose(struct bed *bed, const char *tests, const char *args)
{
	return lab_kselftest_select(bed->dir, tests, args, &bed->suite, &bed->e);
}

/* The words of program @i, with blanks between. */
static const char *words(const struct bed *bed, size_t i)
{
	static char text[1024];
	const struct lab_suite_program *p = &bed->suite.programs[i];
	size_t n = 0;

	for (size_t k = 0; k < p->args.nr; k++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", k ? " " : "", p->args.words[k]);
	return text;
}

#define RUN "/usr/bin/stdbuf --output=L /kselftest/run_kselftest.sh "

TEST_F(kselftest, each_collection_is_a_program)
{
	ASSERT_EQ(0, choose(&self->bed, NULL, NULL));
	ASSERT_EQ(2, self->bed.suite.nr_programs);
	EXPECT_STREQ("kvm", self->bed.suite.programs[0].name);
	EXPECT_STREQ(RUN "-c kvm", words(&self->bed, 0));
	EXPECT_EQ(45 + 60, self->bed.suite.programs[0].timeout);
	EXPECT_STREQ("kvm/mm", self->bed.suite.programs[1].name);
	EXPECT_STREQ(RUN "-c kvm/mm", words(&self->bed, 1));
	EXPECT_EQ(2 * (100 + 60), self->bed.suite.programs[1].timeout);
	EXPECT_STREQ("kselftest", self->bed.suite.profile);
}

TEST_F(kselftest, tests_are_named_by_globs)
{
	ASSERT_EQ(0, choose(&self->bed, "kvm/mm:b*", NULL));
	ASSERT_EQ(1, self->bed.suite.nr_programs);
	EXPECT_STREQ(RUN "-t kvm/mm:b_test", words(&self->bed, 0));
	EXPECT_EQ(100 + 60, self->bed.suite.programs[0].timeout);
}

/* A program of the suite is called as it is elsewhere in the lab. */
TEST_F(kselftest, arguments_of_the_suite)
{
	struct lab_suite *s = &self->bed.suite;

	s->programs = lab_realloc(NULL, 1, sizeof(*s->programs));
	s->programs[0] = (struct lab_suite_program){ .name = "b_test" };
	s->nr_programs = 1;
	lab_argv_add(&s->programs[0].args, "-D");
	ASSERT_EQ(0, choose(&self->bed, "kvm/mm", "-x"));
	EXPECT_NE(NULL, strstr(words(&self->bed, 0), "KSELFTEST_B_TEST_ARGS=-D -x "))
		TH_LOG("%s", words(&self->bed, 0));
	EXPECT_NE(NULL, strstr(words(&self->bed, 0), "KSELFTEST_C_TEST_SH_ARGS=-x "));
}

TEST_F(kselftest, several_patterns)
{
	ASSERT_EQ(0, choose(&self->bed, "kvm:a_test kvm/mm", NULL));
	ASSERT_EQ(2, self->bed.suite.nr_programs);
	EXPECT_STREQ(RUN "-c kvm/mm", words(&self->bed, 1));
}

TEST_F(kselftest, cases_go_to_the_test)
{
	ASSERT_EQ(0, choose(&self->bed, "kvm/mm:c-test.sh/x.y kvm/mm:c*/z", NULL));
	EXPECT_STREQ("KSELFTEST_C_TEST_SH_ARGS=-tx.y -tz " RUN "-t kvm/mm:c-test.sh",
		     words(&self->bed, 0));
}

TEST_F(kselftest, arguments_go_to_each_test)
{
	ASSERT_EQ(0, choose(&self->bed, "kvm/mm", "-s 7"));
	EXPECT_STREQ("KSELFTEST_B_TEST_ARGS=-s 7 KSELFTEST_C_TEST_SH_ARGS=-s 7 " RUN "-c kvm/mm",
		     words(&self->bed, 0));
}

TEST_F(kselftest, no_such_test)
{
	EXPECT_EQ(-ESRCH, choose(&self->bed, "kvm:b_test", NULL));
	EXPECT_NE(NULL, strstr(self->bed.e.text, "--tests 'kvm:b_test': no test of /tmp/"));
}

TEST_F(kselftest, not_an_installed_one)
{
	EXPECT_EQ(-ENOENT, lab_kselftest_select("/nowhere", NULL, NULL, &self->bed.suite, &self->bed.e));
	EXPECT_NE(NULL, strstr(self->bed.e.text, "no kselftest-list.txt there"));
}

TEST_F(kselftest, a_list_that_is_none)
{
	put(self->bed.dir, "kselftest-list.txt", "hello\n");
	EXPECT_EQ(-EINVAL, choose(&self->bed, NULL, NULL));
	EXPECT_NE(NULL, strstr(self->bed.e.text, "\"hello\" is not COLLECTION:TEST"));
}

static const char *line(const char *text)
{
	static char buf[256];

	return lab_kselftest_line(text, strlen(text), buf, sizeof(buf));
}

TEST(lines)
{
	EXPECT_STREQ("TAP version 13", line("TAP version 13"));
	EXPECT_STREQ("1..23", line("1..23"));
	EXPECT_EQ(NULL, line("# timeout set to 1800"));
	EXPECT_STREQ("    # Subtest: mn_x_test", line("# selftests: kvm/mm: mn_x_test"));
	EXPECT_STREQ("    ok 1 a.b", line("# ok 1 a.b"));
	EXPECT_STREQ("    # why", line("# # why"));
	EXPECT_STREQ("# | row |", line("# # | row |"));
	EXPECT_STREQ("ok 1 mn_x_test # SKIP", line("ok 1 selftests: kvm/mm: mn_x_test # SKIP"));
	EXPECT_STREQ("not ok 12 t # exit=1", line("not ok 12 selftests: kvm: t # exit=1"));
	EXPECT_STREQ("ok", line("ok"));
	EXPECT_STREQ("", line(""));
}

static void note(void *arg, const struct ktap_event *ev)
{
	static const char *const kinds[] = {
		[KTAP_PLAN] = "plan", [KTAP_CASE] = "case",
		[KTAP_ROW] = "row", [KTAP_SKIP_ALL] = "skip", [KTAP_PROBLEM] = "problem",
	};

	lab_text_addf(arg, "%s %s%s%s\n", kinds[ev->kind],
		      ev->kind == KTAP_CASE ? ktap_status_name(ev->status) : "",
		      ev->kind == KTAP_CASE ? " " : "",
		      ev->kind == KTAP_CASE ? ev->name : ev->reason);
}

/* What the reader makes of the runner's output. */
static char *read_output(const char *const *lines)
{
	struct lab_text events = { NULL };
	struct ktap_reader *r = ktap_new(note, &events);

	for (; *lines; lines++) {
		const char *l = line(*lines);

		if (l)
			ktap_line(r, l, strlen(l));
	}
	ktap_end(r);
	ktap_free(r);
	return lab_text_take(&events);
}

/* As run_kselftest.sh prints it, of v6.1 to v7.2. */
TEST(results_of_each_test)
{
	static const char *const output[] = {
		"TAP version 13", "1..4",
		"# selftests: kvm/mm: a_test", "# TAP version 13", "# 1..0 # SKIP no /dev/kvm",
		"ok 1 selftests: kvm/mm: a_test # SKIP",
		"# selftests: kvm/mm: b_test", "# TAP version 13", "# 1..2", "# ok 1 one",
		"# # why not", "# not ok 2 two", "# # Totals: pass:1 fail:1",
		"not ok 2 selftests: kvm/mm: b_test # exit=1",
		"# timeout set to 100", "# selftests: kvm/mm: c_test", "# 1..3", "# ok 1 one", "#",
		"not ok 3 selftests: kvm/mm: c_test # TIMEOUT 100 seconds",
		"# selftests: kvm/mm: d_test", "# no TAP at all",
		"ok 4 selftests: kvm/mm: d_test", NULL
	};
	char *events = read_output(output);

	EXPECT_STREQ("plan \n"
		     "case skip a_test\n"
		     "case pass b_test/one\n"
		     "case fail b_test/two\n"
		     "problem c_test: 1 of 3 results\n"
		     "case pass c_test/one\n"
		     "case fail c_test\n"
		     "case pass d_test\n", events);
	free(events);
}

/* Beside programs of the suite, with their own arguments; what is not there is left out. */
TEST_F(kselftest, beside_the_suite)
{
	struct lab_suite *suite = &self->bed.suite;
	static const char *const tests[] = { NULL, "kvm:a_test", "kvm/mm:b_test", "kvm:none" };

	suite->programs = calloc(4, sizeof(*suite->programs));
	suite->nr_programs = 4;
	for (size_t i = 0; i < 4; i++) {
		suite->programs[i].name = "p";
		suite->programs[i].kselftest = tests[i];
	}
	lab_argv_add_all(&suite->programs[1].args, "-v", "2", NULL);
	ASSERT_EQ(0, lab_kselftest_join(self->bed.dir, suite, &self->bed.e));
	ASSERT_EQ(3, suite->nr_programs);
	EXPECT_EQ(NULL, suite->programs[0].runner);
	EXPECT_STREQ("/usr/bin/env", suite->programs[1].runner);
	EXPECT_STREQ("KSELFTEST_A_TEST_ARGS=-v 2 " RUN "-t kvm:a_test", words(&self->bed, 1));
	EXPECT_STREQ(RUN "-t kvm/mm:b_test", words(&self->bed, 2));
	suite->programs[2].once = true;
	lab_suite_repeat(suite, 3);
	ASSERT_EQ(7, suite->nr_programs);
	EXPECT_EQ(NULL, suite->programs[3].kselftest);
	EXPECT_STREQ("KSELFTEST_A_TEST_ARGS=-v 2 " RUN "-t kvm:a_test", words(&self->bed, 4));
	EXPECT_STREQ("kvm:a_test", suite->programs[6].kselftest);
	ASSERT_EQ(0, lab_kselftest_join(NULL, suite, &self->bed.e));
	EXPECT_EQ(3, suite->nr_programs);
}

TEST_HARNESS_MAIN
