// SPDX-License-Identifier: GPL-2.0
/*
 * Preparing a run takes programs with children of their own: whatever ends the lab
 * meanwhile, none of them stays.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <kselftest_harness.h>

#include "arch/arch.h"
#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "run/prepare.h"

/* Two processes that hold the pipe, and tell so. */
#define SCRIPT	"sleep 100 & echo >\"${0%/lib/*}/runs\"; wait\n"

FIXTURE(prepare)
{
	struct lab_paths paths;
	struct lab_options options;
	struct lab_suite suite;
	struct lab_prepare p;
	sigset_t signals;
	struct lab_error e;
	char *runs;
	int pipe[2];		/* every process of the preparation has its end */
};

static int put(const char *dir, const char *below, const char *name, const char *text)
{
	char *sub = lab_format("%s/%s", dir, below), *path = lab_format("%s/%s", sub, name);
	struct lab_error e;
	int ret = lab_make_dirs(sub, &e);

	if (!ret)
		ret = lab_write_file(path, text, strlen(text), &e);
	free(path);
	free(sub);
	return ret;
}

FIXTURE_SETUP(prepare)
{
	strcpy(self->paths.repo, "/tmp/prepare_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->paths.repo));
	strcpy(self->paths.build, self->paths.repo);
	self->paths = lab_arch_paths(&self->paths, NULL);
	ASSERT_EQ(0, put(self->paths.repo, "lib/lab/image", "userland.sh", SCRIPT));
	ASSERT_EQ(0, put(self->paths.repo, "kselftest", "file", "x"));
	self->runs = lab_format("%s/runs", self->paths.repo);
	self->options.kselftest = lab_format("%s/kselftest", self->paths.repo);
	self->p = (struct lab_prepare){
		.options = &self->options, .paths = &self->paths, .suite = &self->suite,
		.out = self->paths.repo, .beds = 1, .signals = &self->signals,
	};
	ASSERT_EQ(0, lab_process_signals(&self->signals, &self->e));
	ASSERT_EQ(0, pipe(self->pipe));
}

FIXTURE_TEARDOWN(prepare)
{
	struct pollfd end = { .fd = self->pipe[0], .events = POLLIN };

	close(self->pipe[1]);
	EXPECT_EQ(1, poll(&end, 1, 10000));
	close(self->pipe[0]);
	EXPECT_EQ(0, lab_remove_tree(self->paths.repo, &self->e));
	free((char *)self->options.kselftest);
	free(self->runs);
}

/* Send @sig to @lab as soon as the script runs. */
static void wait_and_kill(const char *runs, pid_t lab, int sig)
{
	while (access(runs, F_OK))
		usleep(10000);
	kill(lab, sig);
}

TEST_F(prepare, all_of_it_goes_when_the_lab_is_interrupted)
{
	static struct lab_prepared done;
	pid_t killer = lab_process_fork(SIGKILL, &self->e);

	if (!killer) {
		close(self->pipe[1]);
		wait_and_kill(self->runs, getppid(), SIGTERM);
		_exit(0);
	}
	EXPECT_EQ(SIGTERM, lab_prepare_run(&self->p, &done, &self->e));
	EXPECT_EQ(0, lab_process_wait(killer));
}

TEST_F(prepare, all_of_it_goes_when_the_lab_is_killed)
{
	static struct lab_prepared done;
	pid_t lab = lab_process_fork(SIGKILL, &self->e);

	if (!lab)
		_exit(lab_prepare_run(&self->p, &done, &self->e));
	wait_and_kill(self->runs, lab, SIGKILL);
	EXPECT_EQ(128 + SIGKILL, lab_process_wait(lab));
}

TEST_HARNESS_MAIN
