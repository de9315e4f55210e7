// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of a run: from the lines of programs, also of one that dies half-way, to
 * table.md and results.ktap.
 */
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "base/progress.h"
#include "report/report.h"
#include "verdict/record.h"

/* As much of a lab as results need. */
struct bench {
	struct lab_results results;
	struct lab_progress progress;
	struct lab_record record;
	struct lab_error e;
	FILE *said;
	char *path;
};

FIXTURE(table)
{
	struct bench b;
};

FIXTURE_SETUP(table)
{
	memset(self, 0, sizeof(*self));
	strcpy(self->b.results.out, "/tmp/lab_table_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->b.results.out));
	self->b.results.parameters = lab_strdup("");
	self->b.results.command = lab_strdup("lab run");
	self->b.path = lab_format("%s/table.md", self->b.results.out);
	self->b.said = fopen("/dev/null", "w");
	ASSERT_NE(NULL, self->b.said);
	lab_progress_init(&self->b.progress, self->b.said, false);
}

FIXTURE_TEARDOWN(table)
{
	EXPECT_EQ(0, lab_remove_tree(self->b.results.out, &self->b.e));
	lab_results_free(&self->b.results);
	lab_progress_end(&self->b.progress);
	fclose(self->b.said);
	free(self->b.path);
}

/* What program @name prints. It ends by itself as it should, or its machine dies. */
static void run(struct bench *b, const char *name, const char *text, bool dies)
{
	struct lab_program *p = lab_results_add(&b->results, name, "");
	struct channel_frame frame = { .kind = CHANNEL_OUT };
	struct channel_exit end = { .code = !!strstr(text, "not ok") };

	lab_record_start(&b->record, &b->results, p, &b->progress, lab_report_failed);
	while (*text) {
		frame.len = strcspn(text, "\n");
		memcpy(frame.text, text, frame.len);
		frame.text[frame.len] = '\0';
		text += frame.len + (text[frame.len] == '\n');
		lab_record_frame(&b->record, &frame);
	}
	if (dies)
		lab_record_abort(&b->record, LAB_KERNEL, "panic", "# kernel: RIP\n");
	else
		lab_record_exit(&b->record, &end);
}

/* "" if there is no such report; the caller frees it. */
static char *report(struct bench *b, const char *name)
{
	char *path = lab_format("%s/%s", b->results.out, name), *data;
	size_t len;

	if (lab_report_all(&b->results, &b->e))
		data = lab_strdup(b->e.text);
	else if (lab_read_file(path, &data, &len, NULL))
		data = lab_strdup("");
	free(path);
	return data;
}

/* What stands behind the overview, which has its own test. */
#define EXPECT_CHAPTERS(expected) do {				\
	char *is_ = report(&self->b, "table.md");		\
	EXPECT_STREQ(expected, strstr(is_, "## "));		\
	free(is_);						\
} while (0)

TEST_F(table, rows_of_all_programs_in_order)
{
	char *summary, *line = lab_format("table in %s\n", self->b.path);

	run(&self->b, "a_test", "1..1\nok 1 x\n# | h |\n# |---|\n# | 1 |\n", false);
	run(&self->b, "b_test", "1..1\n# none\nok 1 x\n", false);
	run(&self->b, "c_test", "1..1\nok 1 x\n# | h |\n", false);
	EXPECT_CHAPTERS("## a_test\n\n| h |\n|---|\n| 1 |\n\n## c_test\n\n| h |\n");
	EXPECT_EQ(3, self->b.results.programs[0].passed + self->b.results.programs[1].passed +
		  self->b.results.programs[2].passed);
	summary = report(&self->b, "summary.txt");
	EXPECT_NE(NULL, strstr(summary, line));
	free(summary);
	free(line);
}

TEST_F(table, rows_of_a_program_that_dies_are_kept)
{
	run(&self->b, "a_test", "1..2\nok 1 x\n# | h |\n# | 1 |\n", true);
	EXPECT_EQ(1, self->b.results.programs[0].failed);
	EXPECT_CHAPTERS("## a_test\n\n1 failed: panic\n\n| h |\n| 1 |\n");
}

TEST_F(table, overview)
{
	char *is;

	run(&self->b, "a_test", "1..4\n# judged: contents klog\nok 1 x\n"
	    "# judged: contents\n# not judged: isolation (no frame; none); effect (x)\nok 2 y\n"
	    "ok 3 z # SKIP 3 of 8 | v6.12\nok 4 w # SKIP 4 of 8 | v6.12\n", false);
	self->b.results.judgement.verdict = LAB_PASS;
	strcpy(self->b.results.judgement.why, "2 of 4 passed");
	lab_results_total(&self->b.results);
	is = report(&self->b, "table.md");
	EXPECT_STREQ("# pass: 2 of 4 passed\n\nkernel unknown\n\n"
		     "| program | passed | failed | errors | skipped | seconds |\n"
		     "|---|--:|--:|--:|--:|--:|\n"
		     "| a_test | 2 | 0 | 0 | 2 | 0.0 |\n| all | 2 | 0 | 0 | 2 | 0.0 |\n"
		     "\n| oracle | judged tests | could not judge |\n|---|--:|--:|\n"
		     "| contents | 2 | 0 |\n| klog | 1 | 0 |\n| isolation | 0 | 1 |\n"
		     "| effect | 0 | 1 |\n"
		     "\n| why tests were skipped | tests |\n|---|--:|\n| N of N / v6.12 | 2 |\n", is);
	free(is);
	is = report(&self->b, "summary.txt");
	EXPECT_NE(NULL, strstr(is, "judged: contents 2, klog 1, isolation 0 (not 1), "
				   "effect 0 (not 1)\nskipped: 2 x N of N | v6.12\nverdict: "))
		TH_LOG("%s", is);
	free(is);
}

#define SAMPLES(n)	"{\"ms\":[0," #n "],\"visits\":[[0," #n "]]}"

/* Each in one line, in the case that it is of; what others print like it is not. */
TEST_F(table, samples_are_in_results_json_alone)
{
	json_t *j, *cases;
	char *is;

	run(&self->b, "a_test", "1..3\n# samples: " SAMPLES(7) "\n\"samples\": true\nok 1 x\nok 2 y\n"
	    "# samples: " SAMPLES(9) "\nok 3 z\n", false);
	is = report(&self->b, "results.json");
	EXPECT_NE(NULL, strstr(is, "\n      \"samples\": " SAMPLES(7)));
	j = json_loads(is, JSON_REJECT_DUPLICATES, NULL);
	cases = json_object_get(j, "cases");
	ASSERT_EQ(3, json_array_size(cases));
	for (size_t i = 0; i < 3; i++) {
		json_t *samples = self->b.results.programs[0].cases[i].samples;

		EXPECT_EQ(i != 1, samples != NULL);
		EXPECT_TRUE(json_equal(samples ? samples : json_null(),
				       json_object_get(json_array_get(cases, i), "samples")));
	}
	json_decref(j);
	free(is);
	is = report(&self->b, "results.ktap");
	EXPECT_EQ(NULL, strstr(is, "visits"));
	free(is);
}

TEST_F(table, failures_have_a_reason)
{
	char *summary;

	run(&self->b, "a_test", "1..1\nok 1 x\n# | h |\n", false);
	run(&self->b, "b_test", "1..3\nok 1 x\n# broken: contract 1\n# more\nnot ok 2 y\n"
	    "not ok 3 z\n", false);
	EXPECT_CHAPTERS("## a_test\n\n| h |\n\n## b_test\n\n2 failed: y: broken: contract 1\n");
	summary = report(&self->b, "summary.txt");
	EXPECT_NE(NULL, strstr(summary, " s  y: broken: contract 1\n")) TH_LOG("%s", summary);
	free(summary);
}

TEST_F(table, what_was_not_run_is_no_failure)
{
	struct bench *b = &self->b;
	char *path = lab_format("%s/results.ktap", b->results.out), *text;
	size_t len;

	run(b, "a_test", "1..2\nok 1 one\n", true);
	lab_results_add(&b->results, "b_test", "");
	ASSERT_EQ(0, lab_report_all(&b->results, &b->e));
	ASSERT_EQ(0, lab_read_file(path, &text, &len, &b->e));
	/* Its last result is missing: kunit.py and others take that for a crash. */
	EXPECT_NE(NULL, strstr(text, "    1..2\n    ok 1 one\n    # kernel: RIP\n"
				     "    # program: panic\nnot ok 1 a_test # panic\n"))
		TH_LOG("%s", text);
	EXPECT_NE(NULL, strstr(text, "\nok 2 b_test # SKIP not run\n"));
	free(text);
	free(path);
}

/* All that is said while these lines come, without colour. */
static const char *said(struct bench *b, const char *lines, char *text, size_t size)
{
	FILE *f = fmemopen(text, size, "w"), *before = b->progress.out;

	b->progress.out = f;
	run(b, "a_test", lines, false);
	b->progress.out = before;
	fclose(f);
	return text;
}

TEST_F(table, failures_are_told_as_they_come)
{
	char text[4096];

	EXPECT_STREQ("not ok a_test:one\n"
		     "    broken: contract 5: it is stale\n"
		     "    replay: lab run --tests 'a_test:one'\n"
		     "not ok a_test:two\n"
		     "    x.c:1:two:Expected 1 == 2\n"
		     "    replay: lab run --tests 'a_test:two'\n"
		     "error a_test:three: no memory\n"
		     "    replay: lab run --tests 'a_test:three'\n"
		     "a_test: 2 passed, 2 failed, 0 skipped, with errors (0.0 s)\n",
		     said(&self->b,
			  "1..5\n# case: one/x\n# broken: contract 5: it is stale\n"
			  "# and more\nnot ok 1 one\n# case: two/x\n# judged: klog\n"
			  "# x.c:1:two:Expected 1 == 2\nnot ok 2 two\n"
			  "not ok 3 three # ERROR no memory\nok 4 four\n"
			  "not ok 5 five # XFAIL known\n", text, sizeof(text)));
}

/* Known is what an issue of the list says in the same words. */
TEST_F(table, known_issues_are_not_told_as_failures)
{
	const char issue[] = "[{\"test\": \"a_test:*\", \"message\": \"it is stale\","
			     " \"reason\": \"r\", \"link\": \"l\"}]";
	char text[4096];

	self->b.results.known = json_loads(issue, 0, NULL);
	ASSERT_NE(NULL, self->b.results.known);
	said(&self->b, "1..2\n# broken: it is stale\nnot ok 1 one\n# broken: other\nnot ok 2 two\n",
	     text, sizeof(text));
	EXPECT_EQ(NULL, strstr(text, "a_test:one"));
	EXPECT_EQ(&text[0], strstr(text, "not ok a_test:two\n    broken: other\n"));
}

TEST_F(table, what_lost_its_machine_is_no_failure)
{
	struct bench *b = &self->b;
	char *text;

	lab_record_start(&b->record, &b->results, lab_results_add(&b->results, "a_test", ""),
			 &b->progress, lab_report_failed);
	lab_record_abort(&b->record, LAB_LOST, "interrupted by SIGINT", "# console: x\n");
	strcpy(b->results.not_run_why, "interrupted by SIGINT");
	lab_results_add(&b->results, "b_test", "");
	text = report(b, "results.ktap");
	EXPECT_NE(NULL, strstr(text, "    ok 1 program # SKIP interrupted by SIGINT\n"
				     "ok 1 a_test # SKIP not run to its end\n"
				     "ok 2 b_test # SKIP not run: interrupted by SIGINT\n"))
		TH_LOG("%s", text);
	free(text);
}

TEST_HARNESS_MAIN
