// SPDX-License-Identifier: GPL-2.0
/*
 * The KTAP reader: what programs of all kernel series print, and what broken
 * programs print.
 */
#include <kselftest_harness.h>

#include <limits.h>

#include "agent/channel.h"
#include "base/text.h"
#include "verdict/ktap.h"

/* Everything the reader says, one event a line. */
struct said {
	struct lab_text log;
};

static void add_samples(struct lab_text *log, json_t *samples)
{
	char *text = samples ? json_dumps(samples, JSON_COMPACT) : NULL;

	lab_text_addf(log, "%s%s\n", text ? "|" : "", text ? text : "");
	free(text);
}

static void event(void *arg, const struct ktap_event *ev)
{
	struct said *s = arg;

	switch (ev->kind) {
	case KTAP_PLAN:
		lab_text_addf(&s->log, "plan %lu\n", ev->number);
		break;
	case KTAP_CASE:
		lab_text_addf(&s->log, "%s %s|%s|%s", ktap_status_name(ev->status), ev->name,
			      ev->reason, ev->diagnostics);
		add_samples(&s->log, ev->samples);
		break;
	case KTAP_ROW:
		lab_text_addf(&s->log, "row %s\n", ev->reason);
		break;
	case KTAP_SKIP_ALL:
		lab_text_addf(&s->log, "skip-all %s\n", ev->reason);
		break;
	case KTAP_PROBLEM:
		lab_text_addf(&s->log, "problem %s\n", ev->reason);
		break;
	}
}

/* Feed @text line by line to its end; the answer is the caller's to free. */
static char *read_text(const char *text)
{
	struct said s = { { NULL } };
	struct ktap_reader *r = ktap_new(event, &s);

	while (*text) {
		size_t len = strcspn(text, "\n");

		ktap_line(r, text, len);
		text += len + (text[len] == '\n');
	}
	ktap_end(r);
	ktap_free(r);
	return lab_text_take(&s.log);
}

#define EXPECT_SAID(expected, text) do {		\
	char *said_ = read_text(text);			\
	EXPECT_STREQ(expected, said_);			\
	free(said_);					\
} while (0)

TEST(results_with_and_without_dash)
{
	EXPECT_SAID("plan 3\npass a||\nfail b||\npass c d||\n",
		    "TAP version 13\n1..3\nok 1 a\nnot ok 2 - b\nok 3 c d\n");
}

TEST(ktap_header_and_trailing_reason)
{
	EXPECT_SAID("plan 1\npass a|12 ms|\n", "KTAP version 1\n1..1\nok 1 a # 12 ms\n");
}

TEST(directives)
{
	EXPECT_SAID("plan 5\nskip a|no swap|\nxfail b|known|\nxfail c|later|\n"
		    "skip d||\npass e|later|\n",
		    "1..5\nok 1 a # SKIP no swap\nok 2 b # XFAIL known\nnot ok 3 c # TODO later\n"
		    "ok 4 d # skip\nok 5 e # TODO later\n");
}

TEST(an_error_is_no_failure)
{
	EXPECT_SAID("plan 2\nerror a|fork(): no memory|# seed: 1\n\nerror p/b|x|\n",
		    "1..2\n# seed: 1\nnot ok 1 a # ERROR fork(): no memory\n"
		    "    1..1\n    not ok 1 b # ERROR x\nnot ok 2 p\n");
}

TEST(a_word_that_begins_like_a_directive_is_none)
{
	EXPECT_SAID("plan 1\npass a|SKIPPED pages: 3|\n", "1..1\nok 1 a # SKIPPED pages: 3\n");
}

TEST(diagnostics_belong_to_the_next_result)
{
	EXPECT_SAID("plan 2\npass a||# one\nnoise\n\nfail b||# two\n\n",
		    "1..2\n# one\nnoise\nok 1 a\n# two\nnot ok 2 b\n# Totals: 2\n");
}

TEST(rows_of_a_table_belong_to_no_result)
{
	EXPECT_SAID("plan 1\nrow | a | b |\npass x||# before\n# after\n\nrow |---|\nrow |\n",
		    "1..1\n# before\n# | a | b |\n# after\nok 1 x\n# |---|\n# |\n");
}

TEST(lines_that_only_resemble_rows)
{
	EXPECT_SAID("plan 1\npass x||# | indented |\n#| tight |\n| bare |\n# a | b\n\n",
		    "1..1\n  # | indented |\n#| tight |\n| bare |\n# a | b\nok 1 x\n");
}

#define SAMPLES	"{\"ms\":[0,10],\"visits\":[[0,7],[0,9]],\"in_progress\":[0,-1],\"gaps_us\":[3]}"
#define LINE	"# samples: " SAMPLES "\n"

TEST(samples_belong_to_the_next_result_and_are_no_diagnostics)
{
	EXPECT_SAID("plan 2\npass a||# one\n# two\n|" SAMPLES "\npass b||\n",
		    "1..2\n# one\n" LINE "# two\nok 1 a\nok 2 b\n");
	EXPECT_SAID("plan 1\npass p/a|||" SAMPLES "\nfail p/b||\n",
		    "1..1\n    1..2\n    " LINE "    ok 1 a\n    not ok 2 b\nnot ok 1 p\n");
	EXPECT_SAID("plan 1\npass a|||{\"ms\":[0],\"visits\":[[5]]}\n",
		    "1..1\n" LINE "# samples: {\"ms\":[0],\"visits\":[[5]]}\r\nok 1 a\n");
	/* The output ends before the result. */
	EXPECT_SAID("plan 1\nproblem the output ends after 0 of 1 results\n", "1..1\n" LINE);
	EXPECT_SAID("plan 1\nproblem subtest: the output ends within a subtest\n"
		    "pass subtest/a|||" SAMPLES "\n"
		    "problem the output ends after 0 of 1 results\n",
		    "1..1\n    " LINE "    ok 1 a\n");
}

TEST(bad_samples_are_lines_like_any_other)
{
	static const char *const bad[] = {
		"", "{", "[]", "null", "{}", "{\"ms\":[]}", "{\"ms\":[0]}", "\xff", SAMPLES "x",
		"{\"ms\":[],\"visits\":[[]]}", "{\"ms\":[0],\"visits\":[]}",
		"{\"ms\":[0],\"visits\":[[]]}", "{\"ms\":[0],\"visits\":[[1,2]]}",
		"{\"ms\":[0],\"visits\":[1]}", "{\"ms\":[0],\"visits\":[[\"1\"]]}",
		"{\"ms\":[0],\"visits\":[[-1]]}", "{\"ms\":[0],\"visits\":{\"0\":[1]}}",
		"{\"ms\":0,\"visits\":[[1]]}", "{\"ms\":[1.5],\"visits\":[[1]]}",
		"{\"ms\":[1,1],\"visits\":[[1,2]]}", "{\"ms\":[2,1],\"visits\":[[1,2]]}",
		"{\"ms\":[0],\"ms\":[0],\"visits\":[[1]]}",
		"{\"ms\":[0],\"visits\":[[99999999999999999999]]}",
		"{\"ms\":[0],\"visits\":[[1]],\"refusals\":[]}",
		"{\"ms\":[0],\"visits\":[[1]],\"invalidations\":[-1]}",
		"{\"ms\":[0],\"visits\":[[1]],\"in_progress\":[null]}",
		"{\"ms\":[0],\"visits\":[[1]],\"gaps_us\":7}",
		"{\"ms\":[0],\"visits\":[[1]],\"gaps_us\":"
		"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25]}",
	};
	char text[256], expected[256];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "1..1\n# samples: %s\nok 1 a\n", bad[i]);
		snprintf(expected, sizeof(expected), "plan 1\npass a||# samples: %s\n\n", bad[i]);
		EXPECT_SAID(expected, text);
	}
}

/* The longest that a test prints: 200 samples of 8 vCPUs, each number as large as can be. */
TEST(the_longest_line_of_samples_is_read_whole)
{
	struct lab_text line = { NULL };
	struct said s = { { NULL } };
	struct ktap_reader *r = ktap_new(event, &s);

	lab_text_addf(&line, "# samples: {\"ms\":[");
	for (int i = 0; i < 200; i++)
		lab_text_addf(&line, "%s%d", i ? "," : "", 2000000000 + i);
	lab_text_addf(&line, "],\"visits\":[");
	for (int v = 0; v < 11; v++) {
		lab_text_addf(&line, "%s", !v ? "[" : v < 8 ? ",[" : v == 8 ? "],\"in_progress\":[" :
			      v == 9 ? ",\"invalidations\":[" : ",\"refusals\":[");
		for (int i = 0; i < 200; i++)
			lab_text_addf(&line, "%s%lld", i ? "," : "", LLONG_MAX);
		lab_text_addf(&line, "]");
	}
	lab_text_addf(&line, "}");
	EXPECT_GT(CHANNEL_TEXT_MAX, line.len);
	ktap_line(r, "1..1", 4);
	ktap_line(r, line.s, line.len);
	ktap_line(r, "ok 1 a", 6);
	ktap_end(r);
	ASSERT_NE(NULL, strstr(s.log.s, "|{"));
	EXPECT_EQ(0, strncmp(strstr(s.log.s, "|{") + 1, line.s + strlen("# samples: "),
			     line.len - strlen("# samples: ")));
	ktap_free(r);
	lab_text_clear(&line);
	lab_text_clear(&s.log);
}

TEST(the_harness_names_what_runs)
{
	EXPECT_SAID("plan 2\nskip f.x|no kvm|\npass f.y||\n",
		    "1..2\n#  RUN           f.x ...\nok 1 # SKIP no kvm\n"
		    "#  RUN           f.y ...\nok 2\n");
}

TEST(results_without_any_name)
{
	EXPECT_SAID("plan 1\npass case 1||\n", "1..1\nok 1\n");
}

TEST(skip_all)
{
	EXPECT_SAID("skip-all /dev/kvm: No such file\n", "1..0 # SKIP /dev/kvm: No such file\n");
	EXPECT_SAID("skip-all \n", "1..0\n");
}

TEST(duplicate_names_stay_apart)
{
	EXPECT_SAID("plan 3\npass a||\nproblem two results are named \"a\"\npass a#2||\n"
		    "problem two results are named \"a\"\npass a#3||\n",
		    "1..3\nok 1 a\nok 2 a\nok 3 a\n");
}

TEST(numbers_that_jump)
{
	EXPECT_SAID("plan 3\npass a||\nproblem result 3 where 2 was due\npass c||\n",
		    "1..3\nok 1 a\nok 3 c\n");
}

TEST(numbers_may_be_left_out)
{
	EXPECT_SAID("plan 2\npass a||\nfail b||\n", "1..2\nok - a\nnot ok - b\n");
}

TEST(plan_not_met)
{
	EXPECT_SAID("plan 3\npass a||\nproblem the output ends after 1 of 3 results\n",
		    "1..3\nok 1 a\n");
	EXPECT_SAID("plan 1\npass a||\nproblem result 2 exceeds the plan of 1\npass b||\n",
		    "1..1\nok 1 a\nok 2 b\n");
}

TEST(no_plan)
{
	EXPECT_SAID("problem no KTAP plan, 0 results\n", "");
	EXPECT_SAID("problem no KTAP plan, 0 results\n", "hello\nokay 1 a\nnot okay\n1..x\n");
	EXPECT_SAID("pass a||\nproblem 1 results without a plan\n", "ok 1 a\n");
}

TEST(plan_at_the_end_and_a_second_plan)
{
	EXPECT_SAID("pass a||\nplan 1\n", "ok 1 a\n1..1\n");
	EXPECT_SAID("plan 1\npass a||\nproblem a second plan, 1..2 after 1..1\nplan 2\n"
		    "problem the output ends after 1 of 2 results\n",
		    "1..1\nok 1 a\n1..2\n");
}

TEST(bail_out_ends_the_matter)
{
	EXPECT_SAID("plan 2\npass a||\nproblem the program bailed out: no memory\n",
		    "1..2\nok 1 a\nBail out! no memory\n");
}

TEST(nested_results_get_their_parents_name)
{
	EXPECT_SAID("plan 2\npass p/a||\nfail p/b||# why\n\npass q||\n",
		    "KTAP version 1\n1..2\n    KTAP version 1\n    # Subtest: p\n    1..2\n"
		    "    ok 1 a\n    # why\n    not ok 2 b\nnot ok 1 p\nok 2 q\n");
}

TEST(a_parent_that_contradicts_its_subtests)
{
	EXPECT_SAID("plan 1\nfail p/a||\nproblem p is ok though 1 of its subtests failed\n",
		    "1..1\n    1..1\n    not ok 1 a\nok 1 p\n");
	EXPECT_SAID("plan 1\npass p/a||\nfail p|failed though none of its subtests did|\n",
		    "1..1\n    1..1\n    ok 1 a\nnot ok 1 p\n");
}

TEST(output_that_ends_within_a_subtest)
{
	EXPECT_SAID("plan 1\nproblem p: the output ends within a subtest\n"
		    "problem p: 1 of 2 results\npass p/a||\n"
		    "problem the output ends after 0 of 1 results\n",
		    "1..1\n    # Subtest: p\n    1..2\n    ok 1 a\n");
}

TEST(lines_that_are_too_long_are_cut)
{
	char line[10000], *said;

	memset(line, 'x', sizeof(line));
	memcpy(line, "1..1\nok 1 ", 10);
	line[sizeof(line) - 1] = '\0';
	said = read_text(line);
	EXPECT_EQ(0, strncmp(said, "plan 1\npass xxx", 15));
	EXPECT_GT(600, strlen(said));
	free(said);
}

TEST(control_characters_do_no_harm)
{
	static const char line[] = "ok 1 a\033[2J\0b";
	struct said s = { { NULL } };
	struct ktap_reader *r = ktap_new(event, &s);

	ktap_line(r, "1..1\r", 5);
	ktap_line(r, line, sizeof(line) - 1);
	ktap_end(r);
	EXPECT_STREQ("plan 1\npass a?[2J?b||\n", s.log.s);
	ktap_free(r);
	lab_text_clear(&s.log);
}

TEST(diagnostics_have_a_limit)
{
	struct said s = { { NULL } };
	struct ktap_reader *r = ktap_new(event, &s);
	const char *kept, *cut;
	char line[1000], huge[100000];

	memset(line, '#', sizeof(line));
	memset(huge, '-', sizeof(huge));
	ktap_remark(r, "the first", 9);
	for (int i = 0; i < 1000; i++)
		ktap_remark(r, i == 500 ? huge : line, i == 500 ? sizeof(huge) : sizeof(line));
	ktap_remark(r, "the last", 8);
	kept = ktap_pending(r);
	EXPECT_GT(70000, strlen(kept));
	EXPECT_EQ(kept, strstr(kept, "the first\n"));
	EXPECT_STREQ("\nthe last\n", kept + strlen(kept) - 10);
	cut = strstr(kept, "\n(lines left out: see the log)\n#");
	ASSERT_NE(NULL, cut);
	EXPECT_EQ(NULL, strstr(cut + 20, "left out"));
	ktap_free(r);
}

TEST(running_is_known_while_it_runs)
{
	struct said s = { { NULL } };
	struct ktap_reader *r = ktap_new(event, &s);
	static const char run[] = "#  RUN           a.b.c ...";

	EXPECT_STREQ("", ktap_running(r));
	ktap_line(r, run, sizeof(run) - 1);
	EXPECT_STREQ("a.b.c", ktap_running(r));
	ktap_line(r, "ok 1 a.b.c", 10);
	EXPECT_STREQ("", ktap_running(r));
	ktap_free(r);
	lab_text_clear(&s.log);
}

TEST_HARNESS_MAIN
