// SPDX-License-Identifier: GPL-2.0
/*
 * What a bisection keeps and tells: its state on disk, git's log, report and mail.
 */
#include <kselftest_harness.h>

#include <unistd.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "bisect/bisect_report.h"
#include "bisect/bisect_state.h"

#define END(c)	(&(const struct lab_bisect_end){ .name = c, .commit = c })
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

	more = json_pack("{s:s, s:[s, s], s:s, s:s, s:s, s:s}", "test", "t:case",
			 "evidence", "# broken: contract 10", "# counts",
			 "seed", "77", "command", "build/lab run --tests t:case",
			 "kernel", "6.1", "config", "/d/config");
	json_object_update(step, more);
	json_decref(more);
	return step;
}

FIXTURE(bisect) {
	char dir[64], path[96];
	json_t *state;
	struct lab_error e;
};

FIXTURE_SETUP(bisect)
{
	char *const options[] = { (char *)"--tests", (char *)"t", NULL };

	snprintf(self->dir, sizeof(self->dir), "/tmp/lab_bisect_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->path, sizeof(self->path), "%s/state.json", self->dir);
	self->state = lab_bisect_state_new(END(GOOD), END(BAD), options);
}

FIXTURE_TEARDOWN(bisect)
{
	json_decref(self->state);
	lab_remove_tree(self->dir, NULL);
}

TEST_F(bisect, state_comes_back)
{
	json_t *again;

	ASSERT_EQ(0, lab_bisect_state_load(self->path, &again, &self->e));
	EXPECT_EQ(NULL, again);
	lab_bisect_state_add(self->state, step_of(GOOD, "good", 0));
	ASSERT_EQ(0, lab_bisect_state_save(self->path, self->state, &self->e));
	ASSERT_EQ(0, lab_bisect_state_load(self->path, &again, &self->e));
	EXPECT_TRUE(lab_bisect_state_same(self->state, again));
	EXPECT_FALSE(lab_bisect_state_done(again));
	EXPECT_STREQ("good", lab_json_text_of(lab_bisect_state_step(again, GOOD), "verdict"));
	EXPECT_EQ(NULL, lab_bisect_state_step(again, BAD));
	json_decref(again);
}

TEST_F(bisect, other_options_are_another_bisection)
{
	json_t *other = lab_bisect_state_new(END(GOOD), END(BAD), NULL);

	EXPECT_FALSE(lab_bisect_state_same(self->state, other));
	json_decref(other);
	other = lab_bisect_state_new(END(GOOD), END(FIRST), NULL);
	EXPECT_FALSE(lab_bisect_state_same(self->state, other));
	json_decref(other);
}

TEST_F(bisect, names_mean_what_they_meant)
{
	struct lab_bisect_end good = { .name = GOOD }, bad = { .name = "HEAD" };

	EXPECT_FALSE(lab_bisect_state_ends(self->state, &good, &bad));
	bad.name = BAD;
	ASSERT_TRUE(lab_bisect_state_ends(self->state, &good, &bad));
	EXPECT_STREQ(GOOD, good.commit);
	EXPECT_STREQ(BAD, bad.commit);
}

TEST_F(bisect, no_state_is_told)
{
	json_t *state;

	ASSERT_EQ(0, lab_write_file(self->path, "{}", 2, &self->e));
	EXPECT_EQ(-EINVAL, lab_bisect_state_load(self->path, &state, &self->e));
	EXPECT_NE(NULL, strstr(self->e.text, "remove it"));
	EXPECT_EQ(NULL, state);
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

static char *printed(void (*print)(FILE *f, const struct lab_bisect_found *found), json_t *state)
{
	const struct lab_bisect_found found = {
		.state = state, .how = LAB_GIT_FOUND, .first = FIRST, .chance = 0.008,
		.author = (char *)"A Developer <dev@example.org>", .subject = (char *)"mm: a change",
		.date = (char *)"2026-01-01", .parent = (char *)GOOD, .log = (char *)"the log",
	};
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	print(f, &found);
	fclose(f);
	return text;
}

TEST_F(bisect, mail)
{
	static const char *const lines[] = {
		"To: A Developer <dev@example.org>\n",
		"Subject: [REGRESSION] 333333333333 (\"mm: a change\"): t:case fails\n",
		"First bad:  " FIRST "\n", "Last good:  " GOOD " (0:3)\n", "Fail:runs:  2:3\n",
		"Config:     /d/config\n", "Seed:       77\n",
		"Replay:     build/lab run --tests t:case\n", "# broken: contract 10\n",
		"\n#regzbot introduced: " FIRST "\n", "\nReported-by: ",
		"\nFixes: 333333333333 (\"mm: a change\")\n",
	};
	char *text;

	lab_bisect_state_add(self->state, step_of(GOOD, "good", 0));
	lab_bisect_state_add(self->state, bad_step_of(FIRST));
	text = printed(lab_bisect_mail, self->state);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		EXPECT_NE(NULL, strstr(text, lines[i]))
			TH_LOG("missing: %s", lines[i]);
	}
	free(text);
}

TEST_F(bisect, report)
{
	char *text;

	lab_bisect_state_add(self->state, bad_step_of(BAD));
	text = printed(lab_bisect_report, self->state);
	/* Its own evidence is missing: that of the bad end stands for it. */
	EXPECT_NE(NULL, strstr(text, "Test:       t:case\n"));
	EXPECT_NE(NULL, strstr(text, "222222222222 mm: a change: bad, 2 of 3 runs failed; build 60 s, runs 30 s\n"));
	EXPECT_NE(NULL, strstr(text, "1 commit tested in 90 s: 60 s of building, 30 s of running\n"));
	EXPECT_NE(NULL, strstr(text, "(before it in history, not tested)"));
	free(text);
}

TEST_HARNESS_MAIN
