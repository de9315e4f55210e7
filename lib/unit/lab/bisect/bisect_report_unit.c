// SPDX-License-Identifier: GPL-2.0
/*
 * What a bisection tells: git's log, report and mail.
 */
#include <kselftest_harness.h>

#include "base/json_text.h"
#include "bisect/bisect_report.h"

#define GOOD	"1111111111111111111111111111111111111111"
#define BAD	"2222222222222222222222222222222222222222"
#define FIRST	"3333333333333333333333333333333333333333"

static json_t *step_of(const char *commit, const char *verdict, int failed)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:f, s:f}", "commit", commit,
			 "subject", "mm: a change", "verdict", verdict, "reason", "so it is",
			 "failed", failed, "runs", 3, "build_seconds", 60.0, "run_seconds", 30.0);
}

static json_t *bad_step_of(const char *commit)
{
	json_t *step = step_of(commit, "bad", 2), *more;

	more = json_pack("{s:s, s:[s, s], s:s, s:s, s:s, s:s, s:s}", "test", "t:case",
			 "evidence", "# broken: contract 10", "# counts",
			 "seed", "77", "command", "build/lab run --tests t:case",
			 "kernel", "6.1", "config", "/d/config", "console", "/d/console.bed2.log");
	json_object_update(step, more);
	json_decref(more);
	return step;
}

TEST(log_of_git)
{
	char first[41];

	EXPECT_EQ(LAB_GIT_UNDER_WAY, lab_git_read_log("git bisect start\n# bad: [" BAD "] x\n",
						      first));
	EXPECT_EQ(LAB_GIT_FOUND, lab_git_read_log("# bad: [" BAD "] x\n"
						  "# first bad commit: [" FIRST "] y\n", first));
	EXPECT_STREQ(FIRST, first);
	EXPECT_EQ(LAB_GIT_NARROWED,
		  lab_git_read_log("# only skipped commits left to test\n"
				   "# possible first bad commit: [" BAD "] x\n"
				   "# possible first bad commit: [" FIRST "] y\n", first));
	EXPECT_STREQ(FIRST, first);
}

static char *printed(void (*print)(struct lab_text *t, const struct lab_bisect_found *found), json_t *steps)
{
	const struct lab_bisect_found found = {
		.steps = steps, .how = LAB_GIT_FOUND, .first = FIRST, .chance = 0.008,
		.author = (char *)"A Developer <dev@example.org>", .subject = (char *)"mm: a change",
		.date = (char *)"2026-01-01", .parent = (char *)GOOD, .log = (char *)"the log",
		.about = "Tests", .cc = "list@example.org",
	};
	struct lab_text text = { NULL };

	print(&text, &found);
	json_decref(steps);
	return lab_text_take(&text);
}

TEST(mail)
{
	static const char *const lines[] = {
		"To: A Developer <dev@example.org>\n", "Cc: regressions@lists.linux.dev, list@example.org, ",
		"Subject: [REGRESSION] 333333333333 (\"mm: a change\"): t:case fails\n",
		"\nTests fail since this commit:\n",
		"First bad:  " FIRST "\n", "Last good:  " GOOD " (0:3)\n", "Fail:runs:  2:3\n",
		"Config:     /d/config\n", "Console:    /d/console.bed2.log\n", "Seed:       77\n",
		"Replay:     build/lab run --tests t:case\n", "# broken: contract 10\n",
		"\n#regzbot introduced: " FIRST "\n", "\nReported-by: ",
		"\nFixes: 333333333333 (\"mm: a change\")\n",
	};
	char *text = printed(lab_bisect_mail, json_pack("[o, o]", step_of(GOOD, "good", 0),
							bad_step_of(FIRST)));

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_NE(NULL, strstr(text, lines[i]))
			TH_LOG("missing: %s", lines[i]);
	}
	free(text);
}

TEST(report)
{
	char *text = printed(lab_bisect_report, json_pack("[o]", bad_step_of(BAD)));

	/* Its own evidence is missing: that of the bad end stands for it. */
	EXPECT_NE(NULL, strstr(text, "Test:       t:case\n"));
	EXPECT_NE(NULL, strstr(text, "222222222222 mm: a change: bad, 2 of 3 runs failed (so it is); build 60 s, runs 30 s\n"));
	EXPECT_NE(NULL, strstr(text, "1 commit tested in 90 s: 60 s of building, 30 s of running\n"));
	EXPECT_NE(NULL, strstr(text, "(its parent; not tested)"));
	free(text);
}

TEST_HARNESS_MAIN
