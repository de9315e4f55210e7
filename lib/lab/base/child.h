/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lab running itself and other programs of the repository.
 */
#ifndef LAB_CHILD_H
#define LAB_CHILD_H

#include <signal.h>
#include <sys/types.h>

#include "base/lab_error.h"

/*
 * Start a program, its output in @log, or on ours when NULL. It dies with the
 * lab. Returns its process, for waitpid(2); a program that cannot be started
 * counts as having exited with 127.
 */
pid_t lab_child_start(char *const argv[], const char *log);

/* What waitpid(2) said, as one number: the exit code, or 128 + the signal. */
int lab_child_code(int status);

/* Start it and wait for its end; returns lab_child_code(). */
int lab_child_run(char *const argv[], const char *log);

/*
 * Block what would end the lab, and SIGCHLD, so that lab_child_wait() can wait for
 * them, and put them into @signals. Returns 0 or -errno.
 */
int lab_child_signals(sigset_t *signals, struct lab_error *e);

/*
 * Wait for @pid; @tick is called with @arg once a second. A signal that would end
 * us is handed on to it as SIGTERM and left in @stopped_by. Returns lab_child_code().
 */
int lab_child_wait(pid_t pid, const sigset_t *signals, int *stopped_by,
		   void (*tick)(void *arg), void *arg);

#endif
