// SPDX-License-Identifier: GPL-2.0
/*
 * Two runs compared: each kind of change, and what makes the second one worse.
 */
#include <kselftest_harness.h>

#include "report/compare.h"

/* "NAME:STATUS[:SPEED] ..." of p_test, the guest's speed in hundredths; and a program. */
static json_t *run_of(const char *text, const char *program)
{
	json_t *cases = json_array();
	char *words = lab_strdup(text), *rest = words, *word;

	while ((word = strsep(&rest, " "))) {
		char *name = strsep(&word, ":"), *status = strsep(&word, ":");
		json_t *lines = json_array();

		if (word)
			json_array_append_new(lines, json_sprintf("# x, visits/s %s (baseline 100), y",
								  word));
		json_array_append_new(cases, json_pack("{s:s, s:s, s:s, s:s, s:o}",
			"program", "p_test", "name", name, "status", status, "reason", "so",
			"diagnostics", lines));
	}
	free(words);
	return json_pack("{s:o, s:[{s:s}, {s:s}]}", "cases", cases, "programs", "name", "p_test",
			 "name", program);
}

/* What is found of @key: "TEST FROM>TO, ...". */
static char *found(const char *before, const char *now, const char *key, bool *worse)
{
	json_t *a = run_of(before, "x"), *b = run_of(now, "x"), *all = lab_compare(a, b), *row;
	struct lab_text t = { NULL };
	size_t i;

	json_array_foreach(json_object_get(all, key), i, row) {
		const char *from = json_string_value(json_object_get(row, "from"));
		const char *to = json_string_value(json_object_get(row, "to"));

		lab_text_addf(&t, "%s%s %s>%s", i ? ", " : "",
			      json_string_value(json_object_get(row, "test")), from ? from : "",
			      to ? to : "");
	}
	*worse = json_is_true(json_object_get(all, "worse"));
	json_decref(all);
	json_decref(b);
	json_decref(a);
	return t.s ? lab_text_take(&t) : lab_strdup("");
}

#define EXPECT_FOUND(is_worse, text, key, before, now) do {	\
	bool worse_;						\
	char *found_ = found(before, now, key, &worse_);	\
	EXPECT_STREQ(text, found_);				\
	EXPECT_EQ(is_worse, worse_);				\
	free(found_);						\
} while (0)

TEST(failures)
{
	EXPECT_FOUND(true, "p_test:b pass>fail, p_test:c skip>error, p_test:d error>fail, p_test:e >fail",
		     "new_failures", "a:fail b:pass c:skip d:error", "a:error b:fail c:error d:fail e:fail");
	EXPECT_FOUND(false, "p_test:a fail>error", "still_failing", "a:fail b:pass", "a:error b:pass");
	EXPECT_FOUND(false, "p_test:a fail>pass, p_test:b error>xfail", "fixed", "a:fail b:error",
		     "a:pass b:xfail");
}

TEST(skips)
{
	EXPECT_FOUND(true, "p_test:a pass>skip, p_test:b fail>skip", "newly_skipped",
		     "a:pass b:fail c:skip", "a:skip b:skip c:skip");
	EXPECT_FOUND(false, "p_test:a skip>pass", "newly_passing", "a:skip", "a:pass");
}

TEST(a_renamed_test_is_no_success)
{
	EXPECT_FOUND(true, "p_test:a pass>", "went", "a:pass c:pass", "b:pass c:pass");
	EXPECT_FOUND(true, "p_test:b >pass", "came", "a:pass", "b:pass");
	EXPECT_FOUND(false, "", "went", "a:pass", "a:pass b:pass");
}

TEST(a_program_of_one_run_is_one_row)
{
	json_t *a = run_of("a:pass b:pass", "x"), *b = json_pack("{s:[], s:[]}", "cases", "programs");
	json_t *all = lab_compare(a, b);

	EXPECT_EQ(1, json_array_size(json_object_get(all, "went")));
	EXPECT_TRUE(json_is_true(json_object_get(all, "worse")));
	json_decref(all);
	json_decref(b);
	json_decref(a);
}

/* Slow in most tests of a pressure; in few of them, it is an accident. */
TEST(slower_guests)
{
	json_t *a = run_of("u.v:pass:50 u2.v:pass:40 u3.v:pass:60 u4.v:pass:50 u.w:pass:90", "x");
	json_t *b = run_of("u.v:pass:25 u2.v:pass:20 u3.v:pass:30 u4.v:pass:49 u.w:pass:9", "x");
	json_t *all = lab_compare(a, b), *slower = json_object_get(all, "slower");
	struct lab_text t = { NULL };

	ASSERT_EQ(1, json_array_size(slower));
	lab_compare_table(&t, a, b, all);
	EXPECT_NE(NULL, strstr(t.s, "| v | 4 | 0.50 | 0.50 to 0.62 |")) TH_LOG("%s", t.s);
	EXPECT_NE(NULL, strstr(t.s, "\nNothing is worse.\n"));
	lab_text_clear(&t);
	json_decref(all);
	json_decref(b);
	json_decref(a);
}

static json_t *measured_run(double calls)
{
	return json_pack("{s:[{s:s, s:s, s:s, s:{s:{s:f, s:s}}}], s:[{s:s}]}", "cases",
			 "program", "p_test", "name", "a", "status", "pass", "measured",
			 "calls", "value", calls, "unit", "count", "programs", "name", "p_test");
}

TEST(figures_that_got_worse)
{
	json_t *a = measured_run(1), *b = measured_run(1.5), *more = lab_compare(a, b);
	struct lab_text t = { NULL };

	EXPECT_FALSE(json_is_true(json_object_get(more, "worse")));
	lab_compare_table(&t, a, b, more);
	EXPECT_NE(NULL, strstr(t.s, "## Figures that got worse\n")) TH_LOG("%s", t.s);
	EXPECT_NE(NULL, strstr(t.s, "| p_test:a/calls | 1 | 1.5 | count | |\n")) TH_LOG("%s", t.s);
	lab_text_clear(&t);
	json_decref(more);
	more = lab_compare(b, a);
	lab_compare_table(&t, b, a, more);
	EXPECT_EQ(NULL, strstr(t.s, "Figures"));
	lab_text_clear(&t);
	json_decref(more);
	json_decref(b);
	json_decref(a);
}

/* A test that failed in one of the rounds has failed. */
TEST(rounds)
{
	EXPECT_FOUND(true, "p_test:a pass>fail", "new_failures", "a:pass a:pass", "a:fail a:pass");
	EXPECT_FOUND(false, "p_test:a fail>pass", "fixed", "a:pass a:fail", "a:pass a:pass");
}

TEST_HARNESS_MAIN
