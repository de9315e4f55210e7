// SPDX-License-Identifier: GPL-2.0
/*
 * What bisection makes of runs: verdicts on commits, and when they are sure.
 */
#include <kselftest_harness.h>

#include <stdlib.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "bisect/bisect_count.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_verdict.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "verdict/verdict.h"

#define CASE(name, status, line)							\
	"{\"program\": \"t\", \"name\": \"" name "\", \"status\": \"" status "\","	\
	" \"reason\": null, \"diagnostics\": [" line "]}"
#define PASSED(name)	CASE(name, "pass", "")
#define SKIPPED(name)	CASE(name, "skip", "")
#define BROKEN(name)	CASE(name, "fail", "\"# x\", \"# broken: contract 10: y\"")
#define ERROR(name)	CASE(name, "error", "")
#define SILENT(name)	CASE(name, "fail", "")

static const struct lab_bisect_known nothing_known;
static char test[640];		/* the title of the one that decided */

static enum lab_bisect_run classify_by(const char *cases, const char *state, int code,
				       const struct lab_bisect_known *known)
{
	char text[2000], *title;
	json_t *results, *decided;
	enum lab_bisect_run run;

	snprintf(text, sizeof(text),
		 "{\"exit_code\": %d, \"programs\": [{\"name\": \"t\", \"state\": \"%s\"}],"
		 " \"cases\": [%s]}", code, state, cases);
	results = json_loads(text, 0, NULL);
	run = lab_bisect_classify(results, code, known, &decided);
	title = decided ? lab_case_title(decided) : lab_strdup("");
	snprintf(test, sizeof(test), "%s", title);
	free(title);
	json_decref(results);
	return run;
}

static enum lab_bisect_run classify(const char *cases, int code)
{
	return classify_by(cases, "done", code, &nothing_known);
}

TEST(a_run_without_failures)
{
	EXPECT_EQ(LAB_BISECT_PASSED, classify(PASSED("a"), LAB_EXIT_PASS));
	EXPECT_EQ(LAB_BISECT_UNFIT, classify(SKIPPED("a"), LAB_EXIT_SKIP));
	EXPECT_EQ(LAB_BISECT_UNFIT, classify("", LAB_EXIT_NO_BOOT));
	EXPECT_EQ(LAB_BISECT_NOTHING, classify("", LAB_EXIT_INFRASTRUCTURE));
	EXPECT_EQ(LAB_BISECT_NOTHING, classify("", LAB_EXIT_USAGE));
	EXPECT_EQ(LAB_BISECT_NOTHING, classify("", 128 + 9));
}

TEST(a_run_cut_short_says_nothing)
{
	json_t *stale = json_pack("{s:i}", "exit_code", 1), *decided;

	EXPECT_EQ(LAB_BISECT_NOTHING, lab_bisect_classify(NULL, 1, &nothing_known, &decided));
	EXPECT_EQ(LAB_BISECT_NOTHING, lab_bisect_classify(stale, 0, &nothing_known, &decided));
	json_decref(stale);
}

TEST(a_broken_contract)
{
	EXPECT_EQ(LAB_BISECT_BROKE, classify(PASSED("a") "," BROKEN("b"), LAB_EXIT_FAIL));
	EXPECT_STREQ("t:b", test);
	/* The verdict of an oracle counts, whatever else went wrong before it. */
	EXPECT_EQ(LAB_BISECT_BROKE, classify(ERROR("a") "," BROKEN("b"), LAB_EXIT_FAIL));
	EXPECT_STREQ("t:b", test);
	EXPECT_EQ(LAB_BISECT_BROKE, classify(BROKEN("b"), LAB_EXIT_PANIC));
	/* A crash of the program, say. */
	EXPECT_EQ(LAB_BISECT_BROKE, classify(SILENT("a"), LAB_EXIT_FAIL));
}

TEST(what_could_not_be_carried_out)
{
	json_t *failing = json_pack("[s, s]", "t:a", "t:c");
	const struct lab_bisect_known sought = { .failing = failing };
	const struct lab_bisect_known any = { .errors_count = true };

	EXPECT_EQ(LAB_BISECT_NOTHING, classify(ERROR("a"), LAB_EXIT_ERROR));
	/* The kernel complained before the first test. */
	EXPECT_EQ(LAB_BISECT_PASSED, classify(PASSED("a"), LAB_EXIT_FAIL));
	EXPECT_EQ(LAB_BISECT_FAILED, classify_by(ERROR("a"), "done", LAB_EXIT_ERROR, &any));
	EXPECT_EQ(LAB_BISECT_FAILED, classify_by(ERROR("a"), "done", LAB_EXIT_ERROR, &sought));
	EXPECT_EQ(LAB_BISECT_NOTHING, classify_by(ERROR("b"), "done", LAB_EXIT_ERROR, &sought));
	json_decref(failing);
}

TEST(a_pass_must_be_of_what_is_sought)
{
	json_t *failing = json_pack("[s, s]", "t:a", "t:c");
	const struct lab_bisect_known sought = { .failing = failing };

	EXPECT_EQ(LAB_BISECT_PASSED, classify_by(SKIPPED("a") "," PASSED("c"), "done",
						 LAB_EXIT_PASS, &sought));
	EXPECT_EQ(LAB_BISECT_UNFIT, classify_by(SKIPPED("a") "," PASSED("b"), "done",
						LAB_EXIT_PASS, &sought));
	json_decref(failing);
}

TEST(another_regression_on_the_way)
{
	json_t *failing = json_pack("[s]", "other:a"), *same = json_pack("[s]", "t:a");
	const struct lab_bisect_known other = { .failing = failing };
	const struct lab_bisect_known sibling = { .failing = same };

	EXPECT_EQ(LAB_BISECT_NOTHING, classify_by(BROKEN("b"), "done", LAB_EXIT_FAIL, &other));
	EXPECT_EQ(LAB_BISECT_NOTHING, classify_by(SILENT("b"), "interrupted", LAB_EXIT_PANIC,
						  &other));
	EXPECT_EQ(LAB_BISECT_BROKE, classify_by(BROKEN("b"), "done", LAB_EXIT_FAIL, &sibling));
	json_decref(failing);
	json_decref(same);
}

TEST(death_under_a_test_or_before)
{
	EXPECT_EQ(LAB_BISECT_DIED, classify_by(SILENT("a"), "interrupted", LAB_EXIT_PANIC,
					       &nothing_known));
	EXPECT_EQ(LAB_BISECT_DIED, classify_by(SILENT("a"), "interrupted", LAB_EXIT_HANG,
					       &nothing_known));
	EXPECT_EQ(LAB_BISECT_UNFIT, classify_by("", "not run", LAB_EXIT_PANIC, &nothing_known));
}

static enum lab_bisect_verdict judge(long nr, long good_runs, const char *runs)
{
	static const char letters[] = "pbdfu-";		/* in the order of enum lab_bisect_run */
	struct lab_bisect_tally t = { 0 };
	enum lab_bisect_verdict verdict = LAB_BISECT_UNDECIDED;

	for (; *runs && verdict == LAB_BISECT_UNDECIDED; runs++) {
		lab_bisect_count(&t, (enum lab_bisect_run)(strchr(letters, *runs) - letters));
		verdict = lab_bisect_judge(&t, nr, good_runs);
	}
	return *runs ? LAB_BISECT_UNDECIDED : verdict;
}

TEST(good_takes_enough_runs)
{
	EXPECT_EQ(LAB_BISECT_UNDECIDED, judge(3, 4, "ppp"));
	EXPECT_EQ(LAB_BISECT_GOOD, judge(3, 4, "pppp"));
	EXPECT_EQ(LAB_BISECT_GOOD, judge(3, 4, "p-ppp"));
	EXPECT_EQ(LAB_BISECT_CANNOT_TELL, judge(3, 4, "p--"));
	EXPECT_EQ(LAB_BISECT_CANNOT_TELL, judge(3, 4, "u"));
}

TEST(bad_if_it_shows_sometimes)
{
	EXPECT_EQ(LAB_BISECT_UNDECIDED, judge(3, 4, "bb"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 4, "bbb"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 4, "bpp"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 4, "pppbpp"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 4, "b--"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 4, "bu"));
}

TEST(a_death_has_to_come_again)
{
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 3, "ddp"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 3, "dpd"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 3, "dbp"));
	EXPECT_EQ(LAB_BISECT_CANNOT_TELL, judge(3, 3, "dpp"));
	EXPECT_EQ(LAB_BISECT_CANNOT_TELL, judge(3, 3, "d--"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(1, 1, "d"));
}

TEST(errors_have_to_be_steady)
{
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 3, "fff"));
	EXPECT_EQ(LAB_BISECT_BAD, judge(3, 3, "ffb"));
	EXPECT_EQ(LAB_BISECT_CANNOT_TELL, judge(3, 3, "ffp"));
	EXPECT_EQ(LAB_BISECT_CANNOT_TELL, judge(3, 3, "pff-f"));
}

TEST(exit_codes_are_those_of_git_bisect_run)
{
	EXPECT_EQ(0, lab_bisect_exit_code("good"));
	EXPECT_EQ(1, lab_bisect_exit_code("bad"));
	EXPECT_EQ(125, lab_bisect_exit_code("cannot tell"));
}

TEST(rare_failures_take_more_runs)
{
	EXPECT_EQ(3, lab_bisect_good_runs(3, 3));
	EXPECT_EQ(6, lab_bisect_good_runs(2, 3));
	EXPECT_EQ(10, lab_bisect_good_runs(1, 3));
	EXPECT_EQ(5, lab_bisect_good_runs(1, 1));
	for (long failed = 1; failed <= 9; failed++) {
		EXPECT_LE(lab_bisect_chance(failed, 9, lab_bisect_good_runs(failed, 9)), 0.01);
	}
}

TEST(titles_of_failing_tests)
{
	json_t *results = json_loads("{\"cases\": [" PASSED("a") "," BROKEN("b") "," BROKEN("b") ","
				     ERROR("c") "," SILENT("") "]}", 0, NULL);
	json_t *expected = json_pack("[s, s]", "t:b", "t:c"), *failing = json_array();

	lab_bisect_add_failing(failing, results);
	EXPECT_TRUE(json_equal(expected, failing));
	json_decref(failing);
	json_decref(expected);
	json_decref(results);
}

TEST(splat_of_a_console)
{
	json_t *splat = json_array();

	lab_bisect_add_splat(splat, "[ 1] booting\n");
	EXPECT_EQ(0, json_array_size(splat));
	lab_bisect_add_splat(splat, "[ 1] booting\r\n[ 2] WARNING: CPU: 0\r\n[ 2] Call Trace:\n");
	ASSERT_EQ(2, json_array_size(splat));
	EXPECT_STREQ("[ 2] WARNING: CPU: 0", json_string_value(json_array_get(splat, 0)));
	json_decref(splat);
}

FIXTURE(consoles) {
	char dir[64];
	json_t *record;
};

FIXTURE_SETUP(consoles)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/lab_bisect_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->record = json_object();
}

FIXTURE_TEARDOWN(consoles)
{
	json_decref(self->record);
	lab_remove_tree(self->dir, NULL);
}

static void put(const char *dir, const char *file, const char *text)
{
	char *path = lab_format("%s/%s", dir, file);

	lab_write_file(path, text, strlen(text), NULL);
	free(path);
}

/* The last line of the evidence of a failure of @test in a run on two beds. */
static const char *last_line(const char *dir, json_t *record, const char *test)
{
	json_t *results = json_loads("{\"command\": \"lab run\", \"beds\": 2, \"programs\": ["
		"{\"name\": \"s\", \"bed\": 1, \"failed\": 1},"
		"{\"name\": \"t\", \"bed\": 1, \"failed\": 0},"
		"{\"name\": \"t\", \"bed\": 2, \"failed\": 1, \"seed\": \"7\"}]}", 0, NULL);
	json_t *one = json_loads(test, 0, NULL), *lines;

	lab_bisect_evidence(record, results, dir, one);
	json_decref(one);
	json_decref(results);
	lines = json_object_get(record, "evidence");
	return json_string_value(json_array_get(lines, json_array_size(lines) - 1));
}

TEST_F(consoles, of_the_bed_that_ran_the_program)
{
	put(self->dir, "console.log", "BUG: on the first\n");
	put(self->dir, "console.bed2.log", "BUG: on the second\n");
	EXPECT_STREQ("BUG: on the first", last_line(self->dir, self->record,
						       "{\"program\": \"s\", \"name\": \"a\"}"));
	EXPECT_STREQ("BUG: on the second", last_line(self->dir, self->record, BROKEN("b")));
	EXPECT_NE(NULL, strstr(lab_json_text_of(self->record, "console"), "/console.bed2.log"));
	EXPECT_STREQ("7", lab_json_text_of(self->record, "seed"));
	EXPECT_STREQ("lab run --tests t:b", lab_json_text_of(self->record, "command"));
	/* A splat elsewhere is another's. */
	put(self->dir, "console.bed2.log", "fine\n");
	EXPECT_STREQ("# broken: contract 10: y", last_line(self->dir, self->record, BROKEN("b")));
}

TEST_F(consoles, of_the_boot_that_ran_programs)
{
	put(self->dir, "console.bed2.boot1.log", "BUG: no boot\n");
	put(self->dir, "console.bed2.log", "BUG: a test\n");
	EXPECT_STREQ("BUG: a test", last_line(self->dir, self->record, BROKEN("b")));
}

TEST_F(consoles, of_any_bed_if_it_is_not_known_which)
{
	put(self->dir, "console.log", "fine\n");
	put(self->dir, "console.bed2.log", "BUG: on the second\n");
	EXPECT_STREQ("BUG: on the second", last_line(self->dir, self->record, ""));
}

/* By a count: "STATUS UNIT VALUE" of t:a, whose run ended with @code. */
static enum lab_bisect_run count(const char *status, const char *unit, double value, int code)
{
	struct lab_bisect_count c = { .figure = "t:a/x/n", .limit = 2 };
	json_t *results = json_pack("{s:s, s:[{s:s, s:s, s:s, s:{s:{s:f, s:s}}}]}", "verdict", "v",
				    "cases", "program", "t", "name", "a/x", "status", status,
				    "measured", "n", "value", value, "unit", unit);
	enum lab_bisect_run run = lab_bisect_classify_count(results, code, &c);

	json_decref(results);
	return run;
}

TEST(counts)
{
	struct lab_bisect_count c = { .figure = "t:a/n" };

	EXPECT_EQ(LAB_BISECT_PASSED, count("pass", "count", 2, LAB_EXIT_PASS));
	EXPECT_EQ(LAB_BISECT_BROKE, count("pass", "count", 2.1, LAB_EXIT_PASS));
	/* Another test failed: this one has counted nevertheless. */
	EXPECT_EQ(LAB_BISECT_BROKE, count("pass", "count", 3, LAB_EXIT_FAIL));
	EXPECT_EQ(LAB_BISECT_UNFIT, count("fail", "count", 3, LAB_EXIT_FAIL));
	EXPECT_EQ(LAB_BISECT_UNFIT, count("skip", "count", 3, LAB_EXIT_SKIP));
	EXPECT_EQ(LAB_BISECT_UNFIT, count("pass", "us", 3, LAB_EXIT_PASS));
	EXPECT_EQ(LAB_BISECT_NOTHING, count("skip", "count", 3, LAB_EXIT_INFRASTRUCTURE));
	EXPECT_EQ(LAB_BISECT_NOTHING, lab_bisect_classify_count(NULL, LAB_EXIT_PANIC, &c));
}

TEST_HARNESS_MAIN
