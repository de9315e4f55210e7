// SPDX-License-Identifier: GPL-2.0
/*
 * The results of a soak: what is kept of a run, which are counted together, and
 * what becomes of a file that a crash cut short.
 */
#include <kselftest_harness.h>

#include <unistd.h>

#include "base/fsys.h"
#include "campaign/campaign.h"
#include "run/setup.h"

FIXTURE(soak) {
	char dir[64], path[96];
	json_t *setup, *newer, *elsewhere;
	struct lab_soak_tally t;
	struct lab_error e;
};

static json_t *setup_of(const char *kernel, const char *programs)
{
	return json_pack("{s:s, s:s}", "kernel", kernel, LAB_SETUP_PROGRAMS, programs);
}

FIXTURE_SETUP(soak)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/lab_soak_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/k.jsonl", self->dir);
	self->setup = setup_of("6.1", "a");
	self->newer = setup_of("6.1", "b");
	self->elsewhere = setup_of("6.12", "a");
}

FIXTURE_TEARDOWN(soak)
{
	json_decref(self->setup);
	json_decref(self->newer);
	json_decref(self->elsewhere);
	lab_remove_tree(self->dir, NULL);
}

/* As lab run leaves it: 10 tests of which @failed failed. */
static json_t *results_of(int code, const char *verdict, int failed)
{
	return json_pack("{s:s, s:s, s:i, s:s, s:f, s:{s:i, s:i, s:i, s:i},"
			 " s:[{s:s, s:s}, {s:s, s:n}], s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}]}",
			 "verdict", verdict, "reason", "so it is", "exit_code", code,
			 "started", "2026-01-01T00:00:00Z", "seconds", 20.0,
			 "totals", "passed", 10 - failed, "failed", failed, "errors", 0,
			 "skipped", 3,
			 "programs", "name", "t1", "seed", "77", "name", "t2", "seed",
			 "cases", "program", "t1", "name", "good", "status", "pass",
			 "program", "t1", "name", "bad", "status", failed ? "fail" : "skip");
}

static int append(const char *path, json_t *setup, int code, const char *verdict, int failed,
		  unsigned int burners)
{
	json_t *results = results_of(code, verdict, failed);
	json_t *record = lab_soak_record(setup, results, burners, 1.5, NULL);
	int ret = record ? lab_soak_append(path, record, NULL) : -1;

	json_decref(record);
	json_decref(results);
	return ret;
}

TEST_F(soak, no_file_has_no_runs)
{
	ASSERT_EQ(0, lab_soak_read(self->path, self->setup, &self->t, &self->e));
	EXPECT_EQ(0, self->t.all.runs + self->t.unreadable);
	lab_soak_clear(&self->t);
}

TEST_F(soak, what_is_kept_of_a_run)
{
	json_t *results = results_of(1, "fail", 1), *record;
	char *text;

	record = lab_soak_record(self->setup, results, 2, 1.5, "/d");
	text = json_dumps(record, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(6));
	EXPECT_STREQ("{\"burners\":2,\"deaths\":[],\"directory\":\"/d\",\"errors\":0,\"exit_code\":1,\"failed\":1,"
		     "\"failures\":[\"t1:bad\"],\"kernel\":\"6.1\",\"load_average\":1.5,\"passed\":9,"
		     "\"programs\":\"a\",\"reason\":\"so it is\",\"seconds\":20.0,"
		     "\"seeds\":{\"t1\":\"77\"},\"skipped\":3,\"started\":\"2026-01-01T00:00:00Z\","
		     "\"verdict\":\"fail\"}", text);
	free(text);
	json_decref(record);
	json_object_del(results, "totals");
	EXPECT_EQ(NULL, lab_soak_record(self->setup, results, 2, 1.5, "/d"));
	json_decref(results);
}

TEST_F(soak, counts_add_up)
{
	ASSERT_EQ(0, append(self->path, self->setup, 0, "pass", 0, 0));
	ASSERT_EQ(0, append(self->path, self->setup, 0, "pass", 0, 2));
	ASSERT_EQ(0, append(self->path, self->setup, 1, "fail", 1, 2));
	ASSERT_EQ(0, append(self->path, self->setup, 11, "panic", 1, 0));
	ASSERT_EQ(0, append(self->path, self->setup, 10, "hang", 0, 0));
	ASSERT_EQ(0, lab_soak_read(self->path, self->setup, &self->t, &self->e));
	EXPECT_EQ(5, self->t.all.runs);
	EXPECT_EQ(3, self->t.all.failed);
	EXPECT_EQ(50, self->t.all.tests);
	EXPECT_EQ(2, self->t.all.failed_tests);
	EXPECT_EQ(2, self->t.busy.runs);
	EXPECT_EQ(1, self->t.busy.failed);
	EXPECT_EQ(100.0, self->t.seconds);
	EXPECT_EQ(2, json_integer_value(json_object_get(self->t.failures, "t1:bad")));
	lab_soak_clear(&self->t);
}

TEST_F(soak, what_says_nothing_is_not_counted)
{
	ASSERT_EQ(0, append(self->path, self->setup, 13, "infrastructure", 0, 0));
	ASSERT_EQ(0, append(self->path, self->setup, 12, "boot failure", 0, 2));
	ASSERT_EQ(0, append(self->path, self->setup, 4, "skip", 0, 2));
	ASSERT_EQ(0, lab_soak_read(self->path, self->setup, &self->t, &self->e));
	EXPECT_EQ(0, self->t.all.runs);
	EXPECT_EQ(3, self->t.inconclusive);
	lab_soak_clear(&self->t);
}

TEST_F(soak, other_setups_are_apart)
{
	ASSERT_EQ(0, append(self->path, self->setup, 0, "pass", 0, 0));
	ASSERT_EQ(0, append(self->path, self->newer, 1, "fail", 2, 0));
	ASSERT_EQ(0, append(self->path, self->elsewhere, 1, "fail", 2, 0));
	ASSERT_EQ(0, lab_soak_read(self->path, self->setup, &self->t, &self->e));
	EXPECT_EQ(1, self->t.all.runs);
	EXPECT_EQ(0, self->t.all.failed);
	EXPECT_EQ(1, self->t.others.runs);
	EXPECT_EQ(1, self->t.others.failed);
	EXPECT_EQ(0, json_object_size(self->t.failures));
	lab_soak_clear(&self->t);
}

TEST_F(soak, a_line_cut_short_costs_only_itself)
{
	ASSERT_EQ(0, append(self->path, self->setup, 0, "pass", 0, 0));
	ASSERT_EQ(0, append(self->path, self->setup, 0, "pass", 0, 0));
	ASSERT_EQ(0, truncate(self->path, 400));
	ASSERT_EQ(0, append(self->path, self->setup, 0, "pass", 0, 0));
	ASSERT_EQ(0, lab_soak_read(self->path, self->setup, &self->t, &self->e));
	EXPECT_EQ(2, self->t.all.runs);
	EXPECT_EQ(1, self->t.unreadable);
	lab_soak_clear(&self->t);
}

TEST_F(soak, what_kills_three_machines_is_left_out)
{
	char *tests;

	for (int i = 0; i < 3; i++) {
		json_t *results = results_of(11, "panic", 1), *record, *programs;

		programs = json_object_get(results, "programs");
		json_object_update_new(json_array_get(programs, 0),
				       json_pack("{s:s, s:i}", "state", "interrupted", "failed", 1));
		json_object_update_new(json_array_get(programs, 1),
				       json_pack("{s:s, s:i}", "state", "interrupted", "failed", 0));
		record = lab_soak_record(self->setup, results, 0, 0, NULL);
		ASSERT_EQ(0, lab_soak_append(self->path, record, NULL));
		json_decref(record);
		json_decref(results);
		ASSERT_EQ(0, lab_soak_read(self->path, self->setup, &self->t, &self->e));
		tests = lab_soak_tests(&self->t, "t*");
		EXPECT_STREQ(i < 2 ? "t*" : "t* !t1", tests);
		free(tests);
		tests = lab_soak_tests(&self->t, NULL);
		EXPECT_STREQ(i < 2 ? "all" : "!t1", tests ?: "all");
		free(tests);
		lab_soak_clear(&self->t);
	}
}

static char *reported(const struct lab_soak_tally *t)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	lab_soak_report(f, "6.1", t);
	fclose(f);
	return text;
}

TEST_F(soak, report)
{
	char *text;

	self->t = (struct lab_soak_tally){
		.all = { .runs = 59, .tests = 5900 }, .busy = { .runs = 29, .tests = 2900 },
		.inconclusive = 1, .failures = json_object(),
	};
	text = reported(&self->t);
	EXPECT_STREQ("6.1\n"
		     "  in all: 59 runs, 0 failed; 5900 tests, 0 failed\n"
		     "  of these under load: 29 runs, 0 failed; 2900 tests, 0 failed\n"
		     "  at most 4.95 % of runs fail, or one in 20 (95 % confidence)\n"
		     "  at most 0.0508 % of tests fail, or one in 1970 (95 % confidence)\n"
		     "  not counted: 1 inconclusive run (the bed's fault, or all skipped)\n", text);
	free(text);
	lab_soak_clear(&self->t);
}

static double bound_of_runs(unsigned long failed, unsigned long runs)
{
	struct lab_soak_tally t = {
		.all = { .runs = runs, .failed = failed }, .failures = json_object(),
	};
	char *text = reported(&t), *bound = strstr(text, "at most ");
	double percent = bound ? strtod(bound + strlen("at most "), NULL) : -1;

	free(text);
	lab_soak_clear(&t);
	return percent;
}

/* As tables of the bound of Clopper and Pearson have it; and 1 - 0.05^(1/n) with none failed. */
TEST_F(soak, bounds)
{
	EXPECT_EQ(4.87, bound_of_runs(0, 60));
	EXPECT_EQ(39.4, bound_of_runs(1, 10));
	EXPECT_EQ(10.2, bound_of_runs(5, 100));
	EXPECT_EQ(50.4, bound_of_runs(20000, 40000));
	EXPECT_EQ(100, bound_of_runs(3, 3));
}

TEST_HARNESS_MAIN
