// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of going on with a run: what its log comes to.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsys.h"
#include "run/resume.h"

#include "kselftest_harness.h"

/*
 * The log of what befell programs and machines, a letter each: p, the next program passes; r, it
 * runs, and there the log breaks off; d, the machine was found dead; D, of a panic; n, there is
 * another one.
 */
static char *log_of(const char *story)
{
	static const char *const names[] = { "one", "two", "three" };
	unsigned int program = 0, machine = 1;
	struct lab_text t = { NULL };

	for (; *story; story++) {
		if (*story == 'p' || *story == 'r')
			lab_text_addf(&t, "    1.000 > run      /suite/%s\n"
				      "    2.500 < out      TAP version 13\n"
				      "    2.500 < out      1..%d\n"
				      "    2.500 < out      ok 1 it # as it should\n", names[program++],
				      *story == 'r' ? 2 : 1);
		if (*story == 'p')
			lab_text_addf(&t, "    4.000 < exit     code=0 signal=0 limit=0 stuck=0 left=0 dropped=0 ms=3000\n");
		else if (*story == 'n')
			lab_text_addf(&t, "---- machine %u of this bed ----\n", ++machine);
		else if (*story != 'r')
			lab_text_addf(&t, "    0.000 = evidence # kernel: RIP: x\n"
				      "    0.000 = died     %s\n", *story == 'D' ?
				      "Kernel panic - not syncing: x" : "");
	}
	return lab_text_take(&t);
}

FIXTURE(resume) {
	struct lab_results results;
	struct lab_suite suite;
	struct lab_suite_program programs[3];
	struct lab_progress progress;
	struct lab_plan plan;
	FILE *said;
	struct lab_error e;
};

FIXTURE_SETUP(resume)
{
	static const char *const names[] = { "one", "two", "three" };

	memset(self, 0, sizeof(*self));
	strcpy(self->results.out, "/tmp/lab_resume_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->results.out));
	self->said = fopen("/dev/null", "w");
	lab_progress_init(&self->progress, self->said, false);
	for (int i = 0; i < 3; i++) {
		self->programs[i].name = names[i];
		lab_results_add(&self->results, names[i], "");
	}
	self->suite.programs = self->programs;
	self->suite.nr_programs = 3;
	self->plan = (struct lab_plan){
		.suite = &self->suite, .results = &self->results, .progress = &self->progress,
	};
}

FIXTURE_TEARDOWN(resume)
{
	lab_remove_tree(self->results.out, NULL);
	lab_results_free(&self->results);
	lab_progress_end(&self->progress);
	fclose(self->said);
}

/* What this boot of the machine is called, or "x": it was another one. */
static const char *this_boot(void)
{
	static char id[64];
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f || fscanf(f, "%63s", id) != 1)
		strcpy(id, "none");
	if (f)
		fclose(f);
	return id;
}

/* With a @story told in @boot. */
static int go_on(struct lab_plan *plan, const char *story, const char *boot, struct lab_error *e)
{
	char *log = log_of(story);
	char *path = lab_format("%s/channel.log", plan->results->out);
	char *state = lab_format("%s/" LAB_UNFINISHED, plan->results->out);
	char *text = lab_format("{\"options\": [], \"boot_id\": \"%s\"}", boot);
	int ret = lab_write_file(path, log, strlen(log), e);

	if (!ret)
		ret = lab_write_file(state, text, strlen(text), e);
	if (!ret)
		ret = lab_resume_replay(plan, e);
	lab_results_total(plan->results);
	free(log);
	free(text);
	free(state);
	free(path);
	return ret;
}

TEST_F(resume, a_program_under_which_the_machine_died_has_failed)
{
	const struct lab_program *p = self->results.programs;
	struct lab_judgement j;

	ASSERT_EQ(0, go_on(&self->plan, "pr", "x", &self->e));
	EXPECT_EQ(2, self->plan.next);
	EXPECT_EQ(1, self->plan.boots);
	EXPECT_FALSE(self->plan.closed);
	EXPECT_EQ(LAB_PROGRAM_DONE, p[0].state);
	EXPECT_EQ(1, p[0].passed);
	EXPECT_EQ(3000, p[0].ms);
	EXPECT_EQ(1500, p[0].cases[0].ms);
	EXPECT_STREQ("as it should", p[0].cases[0].reason);
	EXPECT_EQ(1, p[1].passed);
	EXPECT_EQ(1, p[1].failed);
	EXPECT_EQ(1500, p[1].ms);
	EXPECT_EQ(LAB_KERNEL, p[1].cases[1].cause);
	EXPECT_NE(NULL, strstr(p[1].cases[1].diagnostics, "# console: /tmp/"));
	EXPECT_EQ(LAB_PROGRAM_WAITING, p[2].state);
	lab_judge_run(&self->plan.tally, &j);
	EXPECT_EQ(LAB_PANIC, j.verdict);
	EXPECT_STREQ("the machine reset itself during two (triple fault or reboot)", j.why);
}

TEST_F(resume, what_was_found_out_before_stands)
{
	struct lab_judgement j;

	ASSERT_EQ(0, go_on(&self->plan, "rDnpr", this_boot(), &self->e));
	EXPECT_EQ(2, self->plan.next);
	EXPECT_EQ(2, self->plan.boots);
	EXPECT_EQ(1, self->results.programs[0].failed);
	EXPECT_STREQ("# kernel: RIP: x\n", self->results.programs[0].cases[1].diagnostics);
	EXPECT_EQ(2, self->results.programs[1].boot);
	/* Only the lab died under the third. */
	EXPECT_EQ(LAB_PROGRAM_WAITING, self->results.programs[2].state);
	lab_judge_run(&self->plan.tally, &j);
	EXPECT_EQ(LAB_PANIC, j.verdict);
	EXPECT_STREQ("Kernel panic - not syncing: x during one", j.why);
	EXPECT_EQ(2, self->plan.tally.passed);
}

TEST_F(resume, a_machine_that_only_dies_is_left_alone)
{
	ASSERT_EQ(0, go_on(&self->plan, "pdndn", "x", &self->e));
	EXPECT_TRUE(self->plan.closed);
	EXPECT_STREQ("the machine died 3 times before a program was begun",
		     self->results.not_run_why);
	EXPECT_EQ(2, self->results.not_run);
}

TEST_F(resume, programs_between_make_it_no_loop)
{
	ASSERT_EQ(0, go_on(&self->plan, "dndnr", "x", &self->e));
	EXPECT_FALSE(self->plan.closed);
	EXPECT_EQ(1, self->plan.next);
}

TEST_F(resume, nothing_was_begun)
{
	ASSERT_EQ(0, go_on(&self->plan, "", this_boot(), &self->e));
	EXPECT_EQ(0, self->plan.next);
	EXPECT_EQ(0, self->plan.tally.passed);
	EXPECT_EQ(LAB_PASS, self->plan.tally.machines.verdict);
}

TEST_HARNESS_MAIN
