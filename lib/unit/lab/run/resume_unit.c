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

#define RUN(name)	"    1.000 > run      /suite/" name "\n"
#define OUT(line)	"    2.500 < out      " line "\n"
#define EXIT		"    4.000 < exit     code=0 signal=0 limit=0 stuck=0 left=0 dropped=0 ms=3000\n"
#define PASSES(name)	RUN(name) OUT("TAP version 13") OUT("1..1") OUT("ok 1 it # as it should") EXIT
#define DIED(why)	"    0.000 = evidence # kernel: RIP: x\n    0.000 = died     " why "\n"
#define ANEW(nth)	"---- machine " nth " of this bed ----\n"

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

static int go_on(struct lab_plan *plan, const char *log, const char *boot, struct lab_error *e)
{
	char *path = lab_format("%s/channel.log", plan->results->out);
	char *state = lab_format("%s/" LAB_UNFINISHED, plan->results->out);
	char *text = lab_format("{\"options\": [], \"boot_id\": \"%s\"}", boot);
	int ret = lab_write_file(path, log, strlen(log), e);

	if (!ret)
		ret = lab_write_file(state, text, strlen(text), e);
	if (!ret)
		ret = lab_resume_replay(plan, e);
	lab_results_total(plan->results);
	free(text);
	free(state);
	free(path);
	return ret;
}

TEST_F(resume, a_program_under_which_the_machine_died_has_failed)
{
	const struct lab_program *p = self->results.programs;
	struct lab_judgement j;

	ASSERT_EQ(0, go_on(&self->plan, PASSES("one") RUN("two") OUT("1..2") OUT("ok 1 first"), "x",
			   &self->e));
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

	ASSERT_EQ(0, go_on(&self->plan, RUN("one") DIED("Kernel panic - not syncing: x") ANEW("2")
			   PASSES("two") RUN("three"), this_boot(), &self->e));
	EXPECT_EQ(2, self->plan.next);
	EXPECT_EQ(2, self->plan.boots);
	EXPECT_EQ(1, self->results.programs[0].failed);
	EXPECT_STREQ("# kernel: RIP: x\n", self->results.programs[0].cases[0].diagnostics);
	EXPECT_EQ(2, self->results.programs[1].boot);
	/* Only the lab died under the third. */
	EXPECT_EQ(LAB_PROGRAM_WAITING, self->results.programs[2].state);
	lab_judge_run(&self->plan.tally, &j);
	EXPECT_EQ(LAB_PANIC, j.verdict);
	EXPECT_STREQ("Kernel panic - not syncing: x during one", j.why);
	EXPECT_EQ(1, self->plan.tally.passed);
}

TEST_F(resume, a_machine_that_only_dies_is_left_alone)
{
	ASSERT_EQ(0, go_on(&self->plan, PASSES("one") DIED("") ANEW("2") DIED("") ANEW("3"), "x",
			   &self->e));
	EXPECT_TRUE(self->plan.closed);
	EXPECT_STREQ("the machine died 3 times before a program was begun",
		     self->results.not_run_why);
	EXPECT_EQ(2, self->results.not_run);
}

TEST_F(resume, programs_between_make_it_no_loop)
{
	ASSERT_EQ(0, go_on(&self->plan, DIED("") ANEW("2") DIED("") ANEW("3") RUN("one"), "x",
			   &self->e));
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
