// SPDX-License-Identifier: GPL-2.0
/*
 * Running programs of the repository.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"

pid_t lab_child_start(char *const argv[], const char *log)
{
	pid_t parent = getpid(), pid;
	int fd;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		fprintf(stderr, "lab: fork: %s\n", strerror(errno));
		exit(13);
	}
	if (!pid) {
		if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
			_exit(127);
		if (log) {
			fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
			if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
				_exit(127);
		}
		execv(argv[0], argv);
		_exit(127);
	}
	return pid;
}

int lab_child_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_child_run(char *const argv[], const char *log)
{
	pid_t pid = lab_child_start(argv, log);
	int status;

	while (waitpid(pid, &status, 0) < 0)
		;
	return lab_child_code(status);
}

int lab_child_signals(sigset_t *signals, struct lab_error *e)
{
	sigemptyset(signals);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGHUP);
	sigaddset(signals, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, signals, NULL))
		return lab_fail(e, -errno, "sigprocmask(): %s", strerror(errno));
	return 0;
}

int lab_child_wait(pid_t pid, const sigset_t *signals, int *stopped_by,
		   void (*tick)(void *arg), void *arg)
{
	const struct timespec second = { .tv_sec = 1 };
	int status, sig;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		tick(arg);
		sig = sigtimedwait(signals, NULL, &second);
		if (sig > 0 && sig != SIGCHLD) {
			*stopped_by = sig;
			kill(pid, SIGTERM);
		}
	}
	return lab_child_code(status);
}
