// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that end well, badly, or not at all; and the words they are called with.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <kselftest_harness.h>

#include "base/fsys.h"
#include "base/process.h"

#define SAID(part) do {						\
	EXPECT_NE(NULL, strstr(self->e.text, part)) {		\
		TH_LOG("%s", self->e.text);			\
	}							\
} while (0)

TEST(argv_grows_and_owns_its_words)
{
	struct lab_argv a = { NULL };
	char word[] = "one";

	lab_argv_add(&a, word);
	word[0] = 'x';
	lab_argv_addf(&a, "%d", 2);
	lab_argv_option(&a, "--three", "3");
	lab_argv_option(&a, "--four", NULL);
	lab_argv_add_all(&a, "5", "6", NULL);
	ASSERT_EQ(6, a.nr);
	EXPECT_STREQ("one", a.words[0]);
	EXPECT_STREQ("2", a.words[1]);
	EXPECT_STREQ("--three", a.words[2]);
	EXPECT_STREQ("3", a.words[3]);
	EXPECT_STREQ("6", a.words[5]);
	EXPECT_EQ(NULL, a.words[6]);
	for (int i = 0; i < 1000; i++)
		lab_argv_add(&a, "more");
	EXPECT_EQ(1006, a.nr);
	EXPECT_EQ(NULL, a.words[1006]);
	lab_argv_free(&a);
	EXPECT_EQ(0, a.nr);
}

FIXTURE(process)
{
	struct lab_argv argv;
	struct lab_process p;
	struct lab_error e;
	char dir[32], *file;
	char *text;
};

FIXTURE_SETUP(process)
{
	self->p.argv = &self->argv;
	strcpy(self->dir, "/tmp/process_unit.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_LT(0, asprintf(&self->file, "%s/log", self->dir));
}

FIXTURE_TEARDOWN(process)
{
	EXPECT_EQ(0, lab_remove_tree(self->dir, NULL));
	lab_argv_free(&self->argv);
	free(self->file);
	free(self->text);
}

/* What sh is to do. */
#define SH(script) lab_argv_add_all(&self->argv, "sh", "-c", script, NULL)

TEST_F(process, code_and_signal)
{
	SH("exit 7");
	EXPECT_EQ(7, lab_process_run(&self->p, &self->e));
	lab_argv_free(&self->argv);
	SH("kill -KILL $$");
	EXPECT_EQ(128 + SIGKILL, lab_process_run(&self->p, &self->e));
}

TEST_F(process, output_of_both_streams)
{
	SH("echo out; echo err >&2; exit 3");
	EXPECT_EQ(3, lab_process_output(&self->p, &self->text, &self->e));
	EXPECT_STREQ("out\nerr\n", self->text);
}

TEST_F(process, more_output_than_a_pipe_holds)
{
	SH("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i + 1)); done");
	EXPECT_EQ(0, lab_process_output(&self->p, &self->text, &self->e));
	EXPECT_EQ(220000, strlen(self->text));
}

TEST_F(process, files_directory_language_and_nothing_to_read)
{
	char *err, *text;
	size_t len;

	ASSERT_LT(0, asprintf(&err, "%s/err", self->dir));
	setenv("LC_ALL", "xx_XX", 1);
	SH("cat; pwd; echo $LC_ALL >&2");
	self->p.dir = self->dir;
	self->p.out = self->file;
	self->p.err = err;
	EXPECT_EQ(0, lab_process_run(&self->p, &self->e));
	ASSERT_EQ(0, lab_read_file(self->file, &self->text, &len, NULL));
	EXPECT_EQ(0, strncmp(self->text, self->dir, strlen(self->dir)));
	ASSERT_EQ(0, lab_read_file(err, &text, &len, NULL));
	EXPECT_STREQ("C\n", text);
	free(text);
	free(err);
}

TEST_F(process, what_cannot_be_started_is_named)
{
	lab_argv_add(&self->argv, "no-such-program");
	EXPECT_EQ(-ENOENT, lab_process_start(&self->p, &self->e));
	SAID("no-such-program: No such file");
	EXPECT_EQ(-ENOENT, lab_process_output(&self->p, &self->text, &self->e));
	EXPECT_EQ(NULL, self->text);
	EXPECT_EQ(-EIO, lab_process_must(&self->p, &self->e));
	SAID("no-such-program: No such file");
	self->p.dir = "/no/such/directory";
	EXPECT_EQ(-ENOENT, lab_process_run(&self->p, &self->e));
	SAID("chdir(/no/such/directory): No such file");
	self->p.out = "/no/such/file";
	EXPECT_EQ(-ENOENT, lab_process_run(&self->p, &self->e));
	SAID("open(/no/such/file): No such file");
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
}

TEST_F(process, what_must_succeed_and_does_not_is_quoted)
{
	SH("echo one; echo 'x.c:1: error: two'; echo three; exit 2");
	EXPECT_EQ(-EIO, lab_process_must(&self->p, &self->e));
	EXPECT_STREQ("sh failed with exit code 2: x.c:1: error: two", self->e.text);
	self->p.out = self->file;
	EXPECT_EQ(-EIO, lab_process_must(&self->p, &self->e));
	SAID("error: two (output in /tmp/");
	lab_argv_free(&self->argv);
	SH("kill -9 $$");
	EXPECT_EQ(-EIO, lab_process_must(&self->p, &self->e));
	SAID("sh died of signal 9, silently");
	lab_argv_free(&self->argv);
	SH("echo fine");
	EXPECT_EQ(0, lab_process_must(&self->p, &self->e));
}

TEST_F(process, no_signal_is_blocked_in_it)
{
	sigset_t signals;

	ASSERT_EQ(0, lab_process_signals(&signals, &self->e));
	SH("kill -TERM $$; sleep 60");
	EXPECT_EQ(128 + SIGTERM, lab_process_run(&self->p, &self->e));
}

/* As some supervisors start their services: nobody could tell how a child ended. */
TEST_F(process, sigchld_inherited_as_ignored)
{
	signal(SIGCHLD, SIG_IGN);
	SH("exit 7");
	EXPECT_EQ(7, lab_process_run(&self->p, &self->e));
}

/* It ends when the pipe does, that is after SIGCHLD is ignored: before, it would leave a zombie. */
/* What lab_process_start() returned may be waited for unseen. */
TEST_F(process, no_wait_for_what_was_not_started)
{
	pid_t other = lab_process_fork(0, &self->e);

	if (!other)
		_exit(7);
	EXPECT_EQ(-ENOENT, lab_process_wait(-ENOENT));
	EXPECT_EQ(-ECHILD, lab_process_wait(0));
	EXPECT_EQ(7, lab_process_wait(other));
}

TEST_F(process, no_wait_lasts_forever)
{
	sigset_t signals;
	int fds[2], stopped_by = 0;
	pid_t pid;

	ASSERT_EQ(0, pipe2(fds, O_CLOEXEC));
	lab_argv_add_all(&self->argv, "sh", "-c", NULL);
	lab_argv_addf(&self->argv, "read word <&%d; exit 7", fds[0]);
	self->p.keep = &fds[0];
	self->p.nr_keep = 1;
	pid = lab_process_start(&self->p, &self->e);
	ASSERT_LT(0, pid);
	signal(SIGCHLD, SIG_IGN);
	close(fds[1]);
	close(fds[0]);
	EXPECT_EQ(-ECHILD, lab_process_wait(pid));
	ASSERT_EQ(0, lab_process_signals(&signals, &self->e));
	EXPECT_EQ(-ECHILD, lab_process_watch(pid, &signals, &stopped_by, NULL, NULL));
	EXPECT_EQ(0, stopped_by);
}

TEST_F(process, the_end_of_another_is_not_forgotten)
{
	const struct timespec now = { 0 };
	sigset_t signals;

	ASSERT_EQ(0, lab_process_signals(&signals, &self->e));
	raise(SIGCHLD);
	SH("exec sleep 60");
	EXPECT_LT(0, lab_process_start(&self->p, &self->e));
	EXPECT_EQ(SIGCHLD, sigtimedwait(&signals, NULL, &now));
}

TEST_F(process, watch_hands_a_signal_on)
{
	sigset_t signals;
	int stopped_by = 0;
	pid_t pid;

	ASSERT_EQ(0, lab_process_signals(&signals, &self->e));
	SH("exec sleep 60");
	pid = lab_process_start(&self->p, &self->e);
	ASSERT_LT(0, pid);
	raise(SIGHUP);
	EXPECT_EQ(128 + SIGTERM, lab_process_watch(pid, &signals, &stopped_by, NULL, NULL));
	EXPECT_EQ(SIGHUP, stopped_by);
}

TEST_F(process, watch_sees_a_signal_that_ended_it_first)
{
	sigset_t signals;
	int stopped_by = 0;
	siginfo_t info;
	pid_t pid;

	ASSERT_EQ(0, lab_process_signals(&signals, &self->e));
	SH("exit 3");
	pid = lab_process_start(&self->p, &self->e);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	raise(SIGINT);
	EXPECT_EQ(3, lab_process_watch(pid, &signals, &stopped_by, NULL, NULL));
	EXPECT_EQ(SIGINT, stopped_by);
}

TEST_F(process, descriptors_are_kept_if_told_so)
{
	int fds[2];

	ASSERT_EQ(0, pipe2(fds, O_CLOEXEC));
	lab_argv_add_all(&self->argv, "sh", "-c", NULL);
	lab_argv_addf(&self->argv, "echo x >&%d", fds[1]);
	EXPECT_NE(0, lab_process_output(&self->p, &self->text, &self->e));
	self->p.keep = &fds[1];
	self->p.nr_keep = 1;
	EXPECT_EQ(0, lab_process_run(&self->p, &self->e));
	close(fds[0]);
	close(fds[1]);
}

TEST_F(process, a_group_of_its_own)
{
	pid_t pid;

	SH("sleep 60 & wait");
	self->p.group = true;
	pid = lab_process_start(&self->p, &self->e);
	ASSERT_LT(0, pid);
	EXPECT_EQ(pid, getpgid(pid));
	EXPECT_EQ(0, kill(-pid, SIGKILL));
	EXPECT_EQ(128 + SIGKILL, lab_process_wait(pid));
}

/* The end of the pipe that it holds tells that it is gone. */
TEST_F(process, it_dies_with_the_lab)
{
	struct pollfd end;
	int fds[2];
	pid_t lab;

	ASSERT_EQ(0, pipe2(fds, O_CLOEXEC));
	self->p.keep = &fds[1];
	self->p.nr_keep = 1;
	SH("exec sleep 60");
	lab = fork();
	if (!lab)
		_exit(lab_process_start(&self->p, &self->e) < 0);
	EXPECT_EQ(0, lab_process_wait(lab));
	close(fds[1]);
	end = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	EXPECT_EQ(1, poll(&end, 1, 10000));
	close(fds[0]);
}

TEST_HARNESS_MAIN
