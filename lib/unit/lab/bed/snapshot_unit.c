// SPDX-License-Identifier: GPL-2.0
/*
 * Machines that are saved, restored, or neither, as it turns out: those of fake_qemu.h.
 */
#include <kselftest_harness.h>

#include <glob.h>

#include "fake_plan.h"

FIXTURE(snapshot)
{
	struct plan plan;
	struct lab_snapshot snapshot;
	char *cache, *programs, *image;
};
typedef FIXTURE_DATA(snapshot) snapshot_data;

static void write_file(struct plan *p, const char *name, const char *text)
{
	char *path = lab_format("%s/%s", p->results.out, name);

	lab_write_file(path, text, strlen(text), NULL);
	free(path);
}

FIXTURE_SETUP(snapshot)
{
	struct plan *p = &self->plan;

	ASSERT_EQ(0, plan_init(p));
	self->cache = lab_format("%s/snapshots", p->results.out);
	self->programs = lab_format("%s/programs", p->results.out);
	self->image = lab_format("%s/image", p->results.out);
	free(p->results.parameters);
	p->results.parameters = lab_strdup("one lab.write=/a:b two lab.write=/c:d");
	p->plan.image = self->image;
	p->plan.send = self->programs;
	write_file(p, "kernel", "k");
	write_file(p, "image", "i");
	ASSERT_EQ(0, lab_make_dirs(self->programs, NULL));
	write_file(p, "programs/passes", "a program");
	write_file(p, "programs/panics", "another");
}

FIXTURE_TEARDOWN(snapshot)
{
	EXPECT_EQ(0, plan_free(&self->plan));
	free(self->cache);
	free(self->programs);
	free(self->image);
}

/* What a lab does, with new results. */
static void run_again(snapshot_data *self, const char *names)
{
	struct plan *p = &self->plan;
	struct lab_results fresh = { .parameters = p->results.parameters };

	strcpy(fresh.out, p->results.out);
	p->results.parameters = NULL;
	lab_results_free(&p->results);
	p->results = fresh;
	p->suite.nr_programs = 0;
	p->plan.next = 0;
	p->plan.closed = false;
	p->plan.tally = (struct lab_tally){ .passed = 0 };
	lab_snapshot_open(&self->snapshot, p->results.out, &p->plan);
	if (!p->plan.snapshot)
		return;
	run(p, 1, names);
	lab_snapshot_close(&self->snapshot);
}

/* Entries of the cache. */
static int count(const snapshot_data *self, const char *pattern)
{
	char *full = lab_format("%s/%s", self->cache, pattern);
	glob_t found;
	int n = glob(full, GLOB_PERIOD, NULL, &found) ? 0 : (int)found.gl_pathc;

	free(full);
	return n;
}

#define EXPECT_PASS(booted_, restored_) do {							\
	EXPECT_VERDICT("pass", 0);							\
	EXPECT_EQ(booted_, self->plan.results.booted);					\
	EXPECT_EQ(restored_, self->plan.results.restored);				\
} while (0)

#define EXPECT_NOTED(text) do {								\
	const char *notes = self->plan.results.notes.s ?: "";				\
	EXPECT_NE(NULL, strstr(notes, text)) {						\
		TH_LOG("notes: %s", notes);						\
	}										\
} while (0)

TEST_F(snapshot, the_first_is_booted_and_the_next_restored)
{
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	EXPECT_EQ(1, count(self, "*[0-9a-f]"));
	EXPECT_TRUE(has(&self->plan, "channel.log", "> file     /suite/passes"));
	EXPECT_TRUE(has(&self->plan, "console.log", "\t/a:b\t/c:d\n"));
	run_again(self, "passes passes");
	EXPECT_PASS(0, 1);
	EXPECT_TRUE(has(&self->plan, "console.log", "/disk0.img"));
	EXPECT_TRUE(has(&self->plan, "console.log", "---- restored from /tmp/"));
	EXPECT_TRUE(has(&self->plan, "channel.log", "< hello    fake"));
	EXPECT_STREQ("fake", self->plan.results.kernel);
}

TEST_F(snapshot, settings_are_not_the_machine)
{
	run_again(self, "passes");
	free(self->plan.results.parameters);
	self->plan.results.parameters = lab_strdup("one two lab.write=/e:f");
	run_again(self, "passes");
	EXPECT_PASS(0, 1);
	EXPECT_TRUE(has(&self->plan, "console.log", "\t/e:f\n"));
}

TEST_F(snapshot, another_machine_is_booted)
{
	run_again(self, "passes");
	write_file(&self->plan, "image", "another");
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	free(self->plan.results.parameters);
	self->plan.results.parameters = lab_strdup("one");
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	EXPECT_EQ(3, count(self, "*[0-9a-f]"));
}

TEST_F(snapshot, one_that_dies_is_restored)
{
	make_file(&self->plan, "outlives");
	run_again(self, "panics passes");
	EXPECT_VERDICT("panic", 11);
	EXPECT_EQ(1, self->plan.results.booted);
	EXPECT_EQ(1, self->plan.results.restored);
	EXPECT_EQ(1, self->plan.results.passed);
}

TEST_F(snapshot, one_that_is_damaged_is_noticed)
{
	char *state, *found;
	glob_t one;

	run_again(self, "passes");
	found = lab_format("%s/*/state", self->cache);
	ASSERT_EQ(0, glob(found, 0, NULL, &one));
	state = lab_strdup(one.gl_pathv[0]);
	globfree(&one);
	ASSERT_EQ(0, lab_write_file(state, "x", 1, NULL));
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	EXPECT_NOTED("is not what was saved: removed");
	run_again(self, "passes");
	EXPECT_PASS(0, 1);
	free(state);
	free(found);
}

TEST_F(snapshot, one_that_cannot_be_saved_is_told)
{
	make_file(&self->plan, "unsavable");
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	EXPECT_NOTED("no snapshot was saved: QEMU could not write it");
	EXPECT_EQ(0, count(self, "*[0-9a-f]*"));
}

TEST_F(snapshot, one_that_cannot_be_restored_is_booted)
{
	run_again(self, "passes");
	make_file(&self->plan, "unrestorable");
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	EXPECT_NOTED("restoring from a snapshot failed: QEMU ended with exit code 1; machines boot");
	EXPECT_EQ(0, count(self, "*[0-9a-f]*"));
}

TEST_F(snapshot, of_a_kernel_that_complains_there_is_none)
{
	make_file(&self->plan, "complain");
	run_again(self, "passes");
	EXPECT_VERDICT("fail", 1);
	EXPECT_NOTED("no snapshot was saved: the kernel complained as it booted");
	EXPECT_EQ(0, count(self, "*[0-9a-f]*"));
}

TEST_F(snapshot, two_beds_save_one)
{
	lab_snapshot_open(&self->snapshot, self->plan.results.out, &self->plan.plan);
	ASSERT_NE(NULL, self->plan.plan.snapshot);
	run(&self->plan, 2, "passes passes");
	lab_snapshot_close(&self->snapshot);
	EXPECT_PASS(2, 0);
	EXPECT_EQ(1, count(self, "*[0-9a-f]*"));
}

TEST_F(snapshot, a_lab_that_is_killed_leaves_none)
{
	char *saving = lab_format("%s/saving", self->plan.results.out);
	pid_t lab;

	make_file(&self->plan, "stuck");
	lab = fork();
	if (!lab) {
		run_again(self, "passes");
		_exit(0);
	}
	while (access(saving, F_OK))
		usleep(10000);
	kill(lab, SIGKILL);
	EXPECT_EQ(lab, waitpid(lab, NULL, 0));
	EXPECT_EQ(1, count(self, "*.??????"));
	unlink(saving);
	free(saving);
	saving = lab_format("%s/stuck", self->plan.results.out);
	unlink(saving);
	run_again(self, "passes");
	EXPECT_PASS(1, 0);
	EXPECT_EQ(1, count(self, "*[0-9a-f]*"));
	free(saving);
}

TEST(where_it_cannot_be_done)
{
	EXPECT_EQ(NULL, lab_snapshot_unfit(&lab_bed_qemu, &lab_arch_x86_64, LAB_ACCEL_TCG));
	EXPECT_NE(NULL, lab_snapshot_unfit(&lab_bed_local, &lab_arch_x86_64, LAB_ACCEL_TCG));
	EXPECT_NE(NULL, lab_snapshot_unfit(&lab_bed_qemu, &lab_arch_riscv64, LAB_ACCEL_TCG));
	EXPECT_NE(NULL, lab_snapshot_unfit(&lab_bed_qemu, &lab_arch_x86_64, LAB_ACCEL_KVM));
}

TEST_HARNESS_MAIN
