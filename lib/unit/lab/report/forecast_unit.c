// SPDX-License-Identifier: GPL-2.0
/*
 * The time left of a run, from made-up durations of runs before it.
 */
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "report/forecast.h"
#include "report/past.h"

static const char manifest_text[] =
	"{ \"programs\": {"
	"  \"a_test\": { \"tests\": { \"one\": { \"default\": true, \"all\": true },"
	"                           \"two\": { \"default\": true, \"all\": true },"
	"                           \"two/x\": { \"default\": false, \"all\": true } } },"
	"  \"b_test\": { \"tests\": { \"three\": { \"default\": true, \"all\": true } } } } }";

FIXTURE(forecast)
{
	struct lab_suite_program programs[3];
	struct lab_suite suite;
	struct lab_results results;
	struct lab_forecast f;
	json_t *manifest;
	char dir[64];
};
typedef FIXTURE_DATA(forecast) forecast_data;

FIXTURE_SETUP(forecast)
{
	static const char *const names[] = { "a_test", "b_test", "c_test" };

	memset(self, 0, sizeof(*self));
	self->manifest = json_loads(manifest_text, 0, NULL);
	ASSERT_NE(NULL, self->manifest);
	for (int i = 0; i < 3; i++) {
		self->programs[i].name = names[i];
		lab_argv_add(&self->programs[i].args, "-D");
		lab_results_add(&self->results, names[i], "-D");
	}
	self->suite.programs = self->programs;
	self->suite.nr_programs = 2;
	self->results.beds = 1;
	strcpy(self->dir, "/tmp/lab_forecast_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
}

FIXTURE_TEARDOWN(forecast)
{
	for (int i = 0; i < 3; i++)
		lab_argv_free(&self->programs[i].args);
	lab_forecast_clear(&self->f);
	lab_results_free(&self->results);
	json_decref(self->manifest);
	EXPECT_EQ(0, lab_remove_tree(self->dir, NULL));
}

/* 60 and 30 s, and 10 s around them; 50 s, and a boot of 20 s. */
static json_t *past(void)
{
	return json_pack("{s:{s:{s:i, s:i}, s:i}, s:{s:{s:i}, s:i}, s:i}",
			 "a_test -D", "tests", "one", 60000, "two", 30000, "other", 10000,
			 "b_test -D", "tests", "three", 50000, "other", 0, "boot", 20000);
}

static void begin(forecast_data *self, json_t *before)
{
	lab_forecast_init(&self->f, &self->suite, self->manifest, before);
}

/* Seconds left @s after the beds were started. */
static long left(forecast_data *self, long s)
{
	lab_forecast_now(&self->f, &self->results, 0, s * 1000);
	return self->f.left_ms < 0 ? -1 : (self->f.left_ms + 500) / 1000;
}

static struct lab_program *start(forecast_data *self, int i, long s, const char *test)
{
	struct lab_program *p = &self->results.programs[i];

	p->state = LAB_PROGRAM_RUNNING;
	p->since_ms = s * 1000;
	strcpy(p->running, test);
	return p;
}

static void end_test(struct lab_program *p, long now_s, const char *next)
{
	lab_program_add(p, p->running, KTAP_PASS, "", "", now_s * 1000 - p->since_ms);
	p->since_ms = now_s * 1000;
	strcpy(p->running, next);
}

TEST_F(forecast, as_long_as_before)
{
	struct lab_program *a;

	begin(self, past());
	EXPECT_EQ(170, left(self, 0));
	EXPECT_EQ(165, left(self, 5));
	EXPECT_EQ(0, self->f.done);
	a = start(self, 0, 20, "one");
	EXPECT_EQ(150, left(self, 20));
	EXPECT_EQ(110, left(self, 60));
	end_test(a, 80, "two");
	EXPECT_EQ(90, left(self, 80));
	EXPECT_EQ(40, (long)(100 * self->f.done + 0.5));
	end_test(a, 110, "");
	a->state = LAB_PROGRAM_DONE;
	start(self, 1, 120, "three");
	EXPECT_EQ(50, left(self, 120));
	EXPECT_EQ(10, left(self, 160));
}

/* Where a program does not say which test runs it is the first that is left. */
TEST_F(forecast, the_test_that_runs)
{
	struct lab_program *a;

	begin(self, past());
	a = start(self, 0, 20, "");
	EXPECT_STREQ("one", lab_forecast_running(&self->f, 0, a));
	EXPECT_EQ(110, left(self, 60));
	EXPECT_EQ(90, left(self, 90));		/* of "one", too long by now, nothing is left */
	strcpy(a->running, "one");
	end_test(a, 80, "");
	EXPECT_STREQ("two", lab_forecast_running(&self->f, 0, a));
	EXPECT_EQ(70, left(self, 100));
	strcpy(a->running, "three");
	EXPECT_STREQ("three", lab_forecast_running(&self->f, 0, a));
}

/* It is late: there is nothing to say of when it ends. */
TEST_F(forecast, what_is_over_is_not_promised)
{
	begin(self, past());
	self->results.programs[0].state = LAB_PROGRAM_DONE;
	start(self, 1, 100, "three");
	EXPECT_EQ(1, left(self, 149));
	EXPECT_EQ(-1, left(self, 150));
	EXPECT_EQ(-1, left(self, 500));
	EXPECT_LT(0.9, self->f.done);
}

TEST_F(forecast, slower_than_before)
{
	struct lab_program *a;

	begin(self, past());
	a = start(self, 0, 20, "one");
	end_test(a, 140, "two");	/* 120 s instead of 60 */
	/* (120 + 20) / (60 + 20) of 90 s */
	EXPECT_EQ(158, left(self, 140));
}

TEST_F(forecast, faster_than_before)
{
	struct lab_program *a;

	begin(self, past());
	a = start(self, 0, 20, "one");
	end_test(a, 40, "two");
	EXPECT_EQ(45, left(self, 40));	/* (20 + 20) / (60 + 20) of 90 s */
}

/* Side by side, the longer one counts; of three the third waits for a bed. */
TEST_F(forecast, beds_side_by_side)
{
	begin(self, past());
	self->results.beds = 2;
	EXPECT_EQ(120, left(self, 0));
	start(self, 0, 20, "one");
	start(self, 1, 20, "three");
	EXPECT_EQ(100, left(self, 20));
	self->results.beds = 4;
	EXPECT_EQ(100, left(self, 20));
	lab_forecast_clear(&self->f);
	self->suite.nr_programs = 3;
	self->results.beds = 2;
	begin(self, json_pack("{s:{s:{s:i, s:i}, s:i}, s:{s:{s:i}, s:i}, s:{s:{s:i, s:i}, s:i}}",
			      "a_test -D", "tests", "one", 60000, "two", 30000, "other", 10000,
			      "b_test -D", "tests", "three", 50000, "other", 0,
			      "c_test -D", "tests", "x", 30000, "y", 40000, "other", 0));
	EXPECT_EQ(120, left(self, 20));		/* a; b, then c */
}

/* Of a program whose tests no manifest knows all of its time counts. */
TEST_F(forecast, by_program)
{
	struct lab_program *c;

	self->suite.nr_programs = 3;
	self->results.programs[0].state = self->results.programs[1].state = LAB_PROGRAM_DONE;
	begin(self, json_pack("{s:{s:{s:i, s:i}, s:i}}", "c_test -D", "tests", "x", 30000,
			      "y", 40000, "other", 0));
	EXPECT_EQ(0, lab_forecast_tests(&self->f, 2));
	EXPECT_EQ(70, left(self, 0));
	c = start(self, 2, 0, "x");
	end_test(c, 30, "y");
	EXPECT_EQ(35, left(self, 35));
}

TEST_F(forecast, without_a_past_by_number)
{
	struct lab_program *a;

	begin(self, json_object());
	EXPECT_EQ(2, lab_forecast_tests(&self->f, 0));
	EXPECT_EQ(-1, left(self, 0));
	EXPECT_EQ(0, self->f.done);
	a = start(self, 0, 20, "one");
	EXPECT_EQ(-1, left(self, 60));
	EXPECT_EQ(0, self->f.done);
	end_test(a, 80, "two");
	left(self, 80);
	EXPECT_EQ(33, (int)(100 * self->f.done));
}

/* A test that is new takes what others of its program took; of many nobody knows. */
TEST_F(forecast, new_tests)
{
	json_t *before = past();

	json_object_del(json_object_get(json_object_get(before, "a_test -D"), "tests"), "two");
	begin(self, before);
	self->results.programs[1].state = LAB_PROGRAM_DONE;
	EXPECT_EQ(-1, left(self, 20));		/* one of two */
	EXPECT_EQ(27, (int)(100 * self->f.done));	/* 50 of 180 s */
}

/* Those that are selected count, whatever ran before with which pattern. */
TEST_F(forecast, selected_tests)
{
	lab_argv_add_all(&self->programs[0].args, "-t", "t*", NULL);
	begin(self, past());
	EXPECT_EQ(1, lab_forecast_tests(&self->f, 0));
	EXPECT_EQ(110, left(self, 0));
	lab_forecast_clear(&self->f);
	lab_argv_add(&self->programs[0].args, "-a");
	begin(self, past());
	EXPECT_EQ(2, lab_forecast_tests(&self->f, 0));
	EXPECT_EQ(-1, left(self, 0));		/* with -a it is another program */
}

static void add_run(forecast_data *self, const char *name, const char *kernel, const char *mode,
		    const char *args, int one, int two)
{
	json_t *results = json_pack("{s:s, s:s, s:f, s:[{s:s, s:s, s:s, s:f}], s:[]}",
				    "kernel", kernel, "mode", mode, "boot_seconds", 9.0,
				    "programs", "name", "a_test", "args", args, "state", "done",
				    "seconds", (one + two + 500) / 1000.0, "cases");
	json_t *cases = json_object_get(results, "cases");
	char *dir = lab_format("%s/%s", self->dir, name), *path = lab_format("%s/results.json", dir);

	json_array_append_new(cases, json_pack("{s:s, s:s, s:i}", "program", "a_test",
					       "name", "one", "ms", one));
	if (two)
		json_array_append_new(cases, json_pack("{s:s, s:s, s:i}", "program", "a_test",
						       "name", "two", "ms", two));
	lab_make_dirs(dir, NULL);
	lab_json_write(path, results, NULL);
	json_decref(results);
	free(path);
	free(dir);
}

/* What the past says of @test of a_test -D, in ms. */
static long took(forecast_data *self, json_t *own, const char *kernel, const char *mode,
		 const char *test)
{
	json_t *all = lab_past_read(self->dir, own, kernel, mode);
	json_t *entry = json_object_get(all, "a_test -D");
	json_t *ms = json_object_get(json_object_get(entry, "tests"), test);
	long n = ms ? json_integer_value(ms) : -1;

	if (!test[0])
		n = json_integer_value(json_object_get(entry, "other"));
	json_decref(all);
	return n;
}

TEST_F(forecast, the_run_most_like_this_one)
{
	json_t *own;

	EXPECT_EQ(-1, took(self, NULL, "6.1.0-57-amd64", "tdp", "one"));
	add_run(self, "20260101-000000", "6.1.0-57-amd64", "tdp", "-D", 1000, 11);
	add_run(self, "20260102-000000", "6.1.0-56-amd64", "tdp", "-D -t one", 2000, 0);
	add_run(self, "20260103-000000", "6.12.3-amd64", "tdp", "-D", 3000, 33);
	add_run(self, "20260104-000000", "6.1.0-57-amd64", "shadow", "-D", 4000, 44);
	add_run(self, "20260105-000000", "6.1.0-57-amd64", "tdp", "-a -D", 5000, 55);
	EXPECT_EQ(1000, took(self, NULL, "6.1.0-57-amd64", "tdp", "one"));
	EXPECT_EQ(2000, took(self, NULL, "6.1.0-55-amd64", "tdp", "one"));
	EXPECT_EQ(11, took(self, NULL, "6.1.0-56-amd64", "tdp", "two"));
	EXPECT_EQ(3000, took(self, NULL, "6.12.95", "tdp", "one"));
	EXPECT_EQ(4000, took(self, NULL, "6.1.0-57-amd64", "shadow", "one"));
	EXPECT_EQ(3000, took(self, NULL, "", "tdp", "one"));
	EXPECT_EQ(500, took(self, NULL, "6.1.0-57-amd64", "tdp", ""));
	own = json_pack("{s:s, s:s, s:[{s:s, s:s, s:s, s:f}], s:[{s:s, s:s, s:i}]}",
			"kernel", "6.1.0-57-amd64", "mode", "tdp", "programs", "name", "a_test",
			"args", "-D", "state", "done", "seconds", 6.0, "cases", "program",
			"a_test", "name", "one", "ms", 6000);
	EXPECT_EQ(6000, took(self, own, "6.1.0-57-amd64", "tdp", "one"));
	EXPECT_EQ(11, took(self, own, "6.1.0-57-amd64", "tdp", "two"));
	json_decref(own);
}

TEST_HARNESS_MAIN
