// SPDX-License-Identifier: GPL-2.0
/*
 * The table of several runs.
 */
#include <kselftest_harness.h>

#include "campaign/campaign.h"

#define CASE(name, status, reason) "{\"program\": \"p_test\", \"name\": \"" name \
	"\", \"status\": \"" status "\", \"reason\": " reason ", \"diagnostics\": [\"# x\"]}"
#define RUN(verdict, counts, cases) "{" \
	"\"verdict\": \"" verdict "\", \"reason\": \"it did\", " \
	"\"programs\": [{\"name\": \"p_test\", " counts "}], " \
	"\"totals\": {" counts "}, \"cases\": [" cases "]}"

static json_t *parse(const char *text)
{
	json_t *results = json_loads(text, 0, NULL);

	if (!results)
		abort();
	return results;
}

TEST(side_by_side)
{
	struct lab_matrix_run runs[] = {
		{ .title = "5.10 tdp", .results = parse(RUN("pass", "\"passed\": 1, \"failed\": 0, \"errors\": 0, \"skipped\": 2",
			CASE("a", "pass", "null") "," CASE("b", "skip", "\"3 of 8 | v6.12\"") ","
			CASE("c", "skip", "\"4 of 8 | v6.12\""))) },
		{ .title = "6.1 tdp", .results = parse(RUN("fail", "\"passed\": 2, \"failed\": 1, \"errors\": 0, \"skipped\": 0",
			CASE("a", "pass", "null") "," CASE("b", "pass", "null") ","
			CASE("c", "fail", "null"))) },
	};
	struct lab_text t = { NULL };

	lab_matrix_table(&t, runs, 2);
	EXPECT_STREQ("| passed / failed / errors / skipped | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| p_test | 1 / 0 / 0 / 2 | 2 / 1 / 0 / 0 |\n"
		     "| all | 1 / 0 / 0 / 2 | 2 / 1 / 0 / 0 |\n"
		     "| verdict | pass | fail |\n"
		     "\n## Failures\n\np_test:c on 6.1 tdp:\n\n    # x\n"
		     "\n## Why tests were skipped\n\n"
		     "| reason | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| N of N / v6.12 | 2 |  |\n"
		     "\n## Tests that did not pass everywhere\n\n"
		     "| test | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| p_test:b | skip | pass |\n| p_test:c | skip | fail |\n", t.s);
	lab_text_clear(&t);
	json_decref(runs[0].results);
	json_decref(runs[1].results);
}

/* A machine that died is a column like any other, and what failed has its reason. */
TEST(panic)
{
	struct lab_matrix_run runs[] = {
		{ .title = "6.1 tdp", .results = parse(RUN("panic", "\"passed\": 1, \"failed\": 1, \"errors\": 0, \"skipped\": 0",
			CASE("a", "pass", "null") "," CASE("", "fail", "\"did not finish\""))) },
	};
	struct lab_text t = { NULL };

	lab_matrix_table(&t, runs, 1);
	EXPECT_STREQ("| passed / failed / errors / skipped | 6.1 tdp |\n|---|--:|\n"
		     "| p_test | 1 / 1 / 0 / 0 |\n| all | 1 / 1 / 0 / 0 |\n| verdict | panic |\n"
		     "\n## Failures\n\n6.1 tdp: panic: it did\n"
		     "\np_test on 6.1 tdp: did not finish:\n\n    # x\n"
		     "\n## Tests that did not pass everywhere\n\n"
		     "| test | 6.1 tdp |\n|---|--:|\n| p_test | fail |\n", t.s);
	lab_text_clear(&t);
	json_decref(runs[0].results);
}

/* Of a run that is lost no test is missing. */
TEST(lost)
{
	struct lab_matrix_run runs[] = {
		{ .title = "5.10 tdp", .results = parse(RUN("pass",
			"\"passed\": 1, \"failed\": 0, \"errors\": 0, \"skipped\": 0",
			CASE("a", "pass", "null"))) },
		{ .title = "6.1 tdp", .results = parse(
			"{\"verdict\": \"lost\", \"reason\": \"no result\"}") },
	};
	struct lab_text t = { NULL };

	lab_matrix_table(&t, runs, 2);
	EXPECT_STREQ("| passed / failed / errors / skipped | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| p_test | 1 / 0 / 0 / 0 |  |\n| all | 1 / 0 / 0 / 0 |  |\n"
		     "| verdict | pass | lost |\n"
		     "\n## Failures\n\n6.1 tdp: lost: no result\n", t.s);
	lab_text_clear(&t);
	json_decref(runs[0].results);
	json_decref(runs[1].results);
}

TEST_HARNESS_MAIN
