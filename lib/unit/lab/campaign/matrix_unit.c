// SPDX-License-Identifier: GPL-2.0
/*
 * The table of several runs.
 */
#include <kselftest_harness.h>

#include "campaign/matrix_table.h"

#define CASE(name, status, reason) "{\"program\": \"p_test\", \"name\": \"" name \
	"\", \"status\": \"" status "\", \"reason\": " reason ", \"diagnostics\": [\"# x\"]}"
#define RUN(counts, cases) "{\"programs\": [{\"name\": \"p_test\", " counts "}], " \
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
		{ (char *)"5.10 tdp", parse(RUN("\"passed\": 1, \"failed\": 0, \"skipped\": 2",
			CASE("a", "pass", "null") "," CASE("b", "skip", "\"3 of 8 | v6.12\"") ","
			CASE("c", "skip", "\"4 of 8 | v6.12\""))) },
		{ (char *)"6.1 tdp", parse(RUN("\"passed\": 2, \"failed\": 1, \"skipped\": 0",
			CASE("a", "pass", "null") "," CASE("b", "pass", "null") ","
			CASE("c", "fail", "null"))) },
	};
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	lab_matrix_table(f, runs, 2);
	fclose(f);
	EXPECT_STREQ("| passed / failed / skipped | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| p_test | 1 / 0 / 2 | 2 / 1 / 0 |\n"
		     "| all | 1 / 0 / 2 | 2 / 1 / 0 |\n"
		     "\n## Failures\n\np_test:c on 6.1 tdp:\n\n    # x\n"
		     "\n## Why tests were skipped\n\n"
		     "| reason | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| N of N / v6.12 | 2 |  |\n"
		     "\n## Tests that did not pass everywhere\n\n"
		     "| test | 5.10 tdp | 6.1 tdp |\n|---|--:|--:|\n"
		     "| p_test:b | skip | pass |\n| p_test:c | skip | fail |\n", text);
	free(text);
	json_decref(runs[0].results);
	json_decref(runs[1].results);
}

TEST_HARNESS_MAIN
