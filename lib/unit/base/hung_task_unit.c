// SPDX-License-Identifier: GPL-2.0
/*
 * Hung tasks: vfork() is a way to get one, as the parent
 * waits uninterruptibly for a child that never goes on.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kselftest_harness.h>

#include "base/deadline.h"
#include "base/hung_task.h"

static pid_t start(int uninterruptibly)
{
	pid_t pid = fork();

	/* By both, so that it is so for both. */
	setpgid(pid, pid);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (uninterruptibly && vfork())
		_exit(0);
	for (;;)
		pause();
}

static void end(pid_t group)
{
	kill(-group, SIGKILL);
	waitpid(group, NULL, 0);
}

/* The first that is seen hung, at a time of @now; NULL after ten seconds without. */
static const struct hung_task *await_hung(struct hung_tasks *a, pid_t group, uint64_t now)
{
	const struct hung_task *s = NULL;
	unsigned int tries;

	for (tries = 0; tries < 1000 && !s; tries++) {
		sleep_ns(10000000);
		s = hung_tasks_look(a, group, now);
	}
	return s;
}

TEST(who_is_never_woken_is_found)
{
	const struct hung_task *s;
	struct hung_tasks a = { .nr = 0 };
	pid_t pid = start(1);

	s = await_hung(&a, pid, 1);
	ASSERT_NE(NULL, s);
	EXPECT_EQ(pid, s->pid);
	EXPECT_EQ(pid, s->tid);
	s = hung_tasks_look(&a, pid, 100);
	ASSERT_NE(NULL, s);
	EXPECT_EQ(1, s->since_ns);
	end(pid);
	EXPECT_EQ(NULL, hung_tasks_look(&a, pid, 101));
}

TEST(who_can_be_interrupted_is_not)
{
	struct hung_tasks a = { .nr = 0 };
	pid_t pid = start(0);

	sleep_ns(50000000);
	EXPECT_EQ(NULL, hung_tasks_look(&a, pid, 1));
	end(pid);
}

TEST(who_has_switched_begins_anew)
{
	struct hung_tasks a = { .nr = 0 };
	const struct hung_task *s;
	pid_t pid = start(1);

	s = await_hung(&a, pid, 1);
	ASSERT_NE(NULL, s);
	a.threads[0].switches--;
	s = hung_tasks_look(&a, pid, 100);
	ASSERT_NE(NULL, s);
	EXPECT_EQ(100, s->since_ns);
	end(pid);
}

TEST_HARNESS_MAIN
