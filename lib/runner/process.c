// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for the process of a test, also if it does not end by itself.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_process.h"

void test_process_child(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
}

/* Where each thread is, for whoever has to find out why. */
static void print_stacks(pid_t pid)
{
	char path[64], line[256];
	struct dirent *entry;
	DIR *dir;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stack", pid,
			 entry->d_name);
		printf("# stack of thread %s:\n", entry->d_name);
		f = fopen(path, "re");
		while (f && fgets(line, sizeof(line), f))
			printf("#   %s", line);
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
}

static void enforce_limit(pid_t pid, unsigned int limit_ms, struct result *r)
{
	struct pollfd p = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int ret;

	if (p.fd < 0) {
		result_errno(r, "pidfd_open(%d)", pid);
		return;
	}
	do {
		ret = poll(&p, 1, limit_ms);
	} while (ret < 0 && errno == EINTR);
	close(p.fd);
	if (ret)
		return;
	result_error(r, "the test did not end within %u s", limit_ms / 1000);
	print_stacks(pid);
	kill(pid, SIGKILL);
	kill(-pid, SIGKILL);
}

void test_process_wait(pid_t pid, unsigned int limit_ms, struct result *r)
{
	int status;

	enforce_limit(pid, limit_ms, r);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			result_errno(r, "waitpid(%d)", pid);
			return;
		}
	}
	/* Whatever a test left in its process group ends with it. */
	kill(-pid, SIGKILL);
	if (WIFSIGNALED(status))
		result_error(r, "the test was ended by signal %d (%s)",
			     WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		result_error(r, "an assertion of the test failed");
}

static void print_evidence(const char *text)
{
	while (*text) {
		int len = strcspn(text, "\n");

		printf("# %.*s\n", len, text);
		text += len + (text[len] == '\n');
	}
}

void test_report(unsigned int number, const char *name, const char *program,
		 const struct result *r)
{
	const char *status = "ok";

	if (r->kind == RESULT_FAIL || r->kind == RESULT_ERROR) {
		printf("# %s: %s\n", r->kind == RESULT_FAIL ? "broken" : "error",
		       r->reason);
		status = "not ok";
	}
	print_evidence(r->evidence);
	if (r->kind == RESULT_SKIP) {
		printf("ok %u %s # SKIP %s\n", number, name, r->reason);
	} else {
		if (r->kind != RESULT_PASS)
			printf("# replay: %s -t '%s'\n", program, name);
		printf("%s %u %s\n", status, number, name);
	}
	fflush(stdout);
}
