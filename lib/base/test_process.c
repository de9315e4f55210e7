// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for the process of a test, even if it does not end by itself.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/hung_task.h"
#include "base/test_process.h"

#define NS_PER_SEC	1000000000ULL
#define POLL_MS		10
#define KILL_NS		(10 * NS_PER_SEC)
/* Nothing that a test does keeps a thread from running so long. */
#define HUNG_NS	(60 * NS_PER_SEC)
#define LOOK_NS		(5 * NS_PER_SEC)

/* Of the test that runs, and of all its processes, which have this program at the same place. */
static struct shared {
	uint64_t more_ns;
	const char *what;
} *shared;

void test_process_share(void)
{
	if (!shared) {
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (shared == MAP_FAILED)
			shared = NULL;
	}
	if (shared)
		*shared = (struct shared) { 0 };
}

void test_process_waits_for(const char *what, uint64_t ns)
{
	if (!shared)
		return;
	__atomic_store_n(&shared->what, what, __ATOMIC_RELEASE);
	__atomic_add_fetch(&shared->more_ns, ns, __ATOMIC_ACQ_REL);
}

static uint64_t more_time(void)
{
	return shared ? __atomic_load_n(&shared->more_ns, __ATOMIC_ACQUIRE) : 0;
}

static const char *waited_for(void)
{
	return shared ? __atomic_load_n(&shared->what, __ATOMIC_ACQUIRE) : NULL;
}

void test_process_child(void)
{
	test_process_bind();
	setpgid(0, 0);
}

void test_process_bind(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
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

/* Poll a pidfd or a pipe, counting only time in which the bed ran us. */
static bool ready_in_time(int fd, uint64_t budget_ns)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct deadline deadline;

	deadline_start(&deadline, budget_ns);
	do {
		if (poll(&p, 1, POLL_MS) == 1)
			return true;
	} while (deadline_advance(&deadline, now_ns()));
	return false;
}

/* Where in the kernel a thread is: the first line of its stack. */
static void top_of_stack(const struct hung_task *s, char *line, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stack", s->pid, s->tid);
	f = fopen(path, "re");
	if (!f || !fgets(line, size, f))
		snprintf(line, size, "%s cannot be read", path);
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

/* Return: is it ready in time, and has the kernel woken all that it put to sleep? */
static bool await_ready(pid_t pid, int fd, uint64_t limit_ns, struct result *r)
{
	struct hung_tasks tasks = { .nr = 0 };
	const struct hung_task *s;
	uint64_t spent = 0, step, before = more_time(), all = limit_ns;
	char where[256];

	for (;;) {
		step = all - spent < LOOK_NS ? all - spent : LOOK_NS;
		if (ready_in_time(fd, step))
			return true;
		spent += step;
		s = hung_tasks_look(&tasks, pid, spent);
		if (s && spent - s->since_ns >= HUNG_NS) {
			top_of_stack(s, where, sizeof(where));
			result_error(r, "thread %d is hung: in uninterruptible sleep and not woken once in %llu s: %s",
				     s->tid, HUNG_NS / NS_PER_SEC, where);
			return false;
		}
		all = limit_ns + more_time() - before;
		if (spent >= all) {
			result_error(r, "the test did not end within %llu s%s%s",
				     (unsigned long long)all / NS_PER_SEC,
				     waited_for() ? ", and waits for " : "", waited_for() ?: "");
			return false;
		}
	}
}

int test_process_ready(pid_t pid, int fd, unsigned int limit_ms, struct result *r)
{
	if (await_ready(pid, fd, limit_ms * 1000000ULL, r))
		return 0;
	print_stacks(pid);
	return -1;
}

/* Return: whether the process has ended. */
static bool kill_group(pid_t pid, int pidfd, struct result *r)
{
	kill(pid, SIGKILL);
	kill(-pid, SIGKILL);
	if (ready_in_time(pidfd, KILL_NS))
		return true;
	result_error(r, "process %d survives SIGKILL and is left behind", pid);
	return false;
}

void test_process_end(pid_t pid, struct result *r)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		result_errno(r, "pidfd_open(%d)", pid);
	else if (kill_group(pid, pidfd, r) && waitpid(pid, NULL, 0) < 0)
		result_errno(r, "waitpid(%d)", pid);
	if (pidfd >= 0)
		close(pidfd);
}

/* Return: whether the process has ended. */
static bool enforce_limit(pid_t pid, uint64_t limit_ns, struct result *r)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0);
	bool ended;

	if (pidfd < 0) {
		result_errno(r, "pidfd_open(%d)", pid);
		return true;
	}
	ended = await_ready(pid, pidfd, limit_ns, r);
	if (!ended) {
		print_stacks(pid);
		ended = kill_group(pid, pidfd, r);
	}
	close(pidfd);
	return ended;
}

void test_process_wait(pid_t pid, unsigned int limit_ms, struct result *r)
{
	int status;

	if (!enforce_limit(pid, limit_ms * 1000000ULL, r))
		return;
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
