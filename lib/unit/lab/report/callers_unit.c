// SPDX-License-Identifier: GPL-2.0
/*
 * Who called what: counted by program, in a column for each run.
 */
#include <kselftest_harness.h>

#include "report/callers.h"

/* A run of two programs, which end with these lines. */
static json_t *run_of(const char *kernel, const char *a1, const char *a2, const char *b1)
{
	return json_pack("{s:s, s:[{s:s, s:[s, s]}, {s:s, s:[s, s]}]}", "kernel", kernel,
			 "programs", "name", "a_test", "after_last_result", a1, a2,
			 "name", "b_test", "after_last_result", b1, "# Totals: pass:1");
}

TEST(one_run)
{
	json_t *run = run_of("6.1", "# callers: invalidate zap 3", "# callers: young age 0",
			     "# callers: invalidate zap 40");
	json_t *found = lab_callers(run), *all;

	all = json_pack("{s:{s:i, s:i}, s:{}}", "invalidate zap", "a_test", 3, "b_test", 40,
			"young age");
	EXPECT_TRUE(json_equal(all, found));
	json_decref(all);
	json_decref(found);
	json_decref(run);
}

static void add_run(json_t *runs, json_t *run)
{
	json_array_append_new(runs, json_pack("{s:O, s:o}", "kernel", json_object_get(run, "kernel"),
					      "callers", lab_callers(run)));
	json_decref(run);
}

TEST(table)
{
	json_t *runs = json_array();
	struct lab_text t = { NULL };

	add_run(runs, run_of("6.1", "# callers: invalidate zap 3", "no such line",
			     "# callers: invalidate zap 40"));
	add_run(runs, run_of("7.2", "# callers: invalidate zap 0",
			     "# callers: invalidate move 7", "# callers: invalidate move 7"));
	lab_callers_table(&t, runs);
	EXPECT_STREQ("| event | caller | 6.1 | 7.2 |\n|---|---|---|---|\n"
		     "| invalidate | move | not there | a_test 7, b_test 7 |\n"
		     "| invalidate | zap | b_test 40, a_test 3 | **reached by nothing** |\n", t.s);
	lab_text_clear(&t);
	json_decref(runs);
}

TEST_HARNESS_MAIN
