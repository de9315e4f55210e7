// SPDX-License-Identifier: GPL-2.0
/*
 * What were they doing? Kernel stacks and states of every user task to the
 * channel, the kernel's own view (blocked tasks, busy CPUs) to the console.
 * Taken before anything is killed, for a killed task tells nothing.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/init.h"

/* Enough for any test of sane size; a fork bomb must not become a log bomb. */
#define MAX_TASKS	96

static bool is_number(const char *s)
{
	for (; *s; s++)
		if (!isdigit((unsigned char)*s))
			return false;
	return true;
}

/* Fields of /proc/PID/stat; false if the process went, or is the kernel's own. */
static bool user_process(pid_t pid, char *comm, size_t size, char *state)
{
	const unsigned long pf_kthread = 0x00200000;
	char path[64], line[512], *open_paren, *close_paren;
	unsigned long flags = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	/* The name may hold spaces and parentheses: the last one ends it. */
	open_paren = strchr(line, '(');
	close_paren = strrchr(line, ')');
	if (!open_paren || !close_paren)
		return false;
	*close_paren = '\0';
	snprintf(comm, size, "%s", open_paren + 1);
	if (sscanf(close_paren + 1, " %c %*d %*d %*d %*d %*d %lu", state, &flags) != 2)
		return false;
	return !(flags & pf_kthread);
}

unsigned int init_each_process(void (*fn)(struct init *in, pid_t pid, const char *comm,
					  char state), struct init *in)
{
	DIR *dir = opendir("/proc");
	unsigned int found = 0;
	struct dirent *d;

	if (!dir)
		init_die(in, "opendir(/proc): %s", strerror(errno));
	while ((d = readdir(dir))) {
		char comm[64], state;
		pid_t pid;

		if (!is_number(d->d_name))
			continue;
		pid = atoi(d->d_name);
		if (pid == 1 || !user_process(pid, comm, sizeof(comm), &state))
			continue;
		found++;
		if (fn)
			fn(in, pid, comm, state);
	}
	closedir(dir);
	return found;
}

/* Does @line begin with one of @wanted? All do if that is NULL. */
static bool is_wanted(const char *line, const char *const *wanted)
{
	for (; wanted && *wanted; wanted++)
		if (!strncmp(line, *wanted, strlen(*wanted)))
			return true;
	return !wanted;
}

static void send_file(struct init *in, const char *task, const char *what,
		      const char *const *wanted)
{
	char path[128], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", task, what);
	f = fopen(path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (is_wanted(line, wanted))
			init_sayf(in, CHANNEL_EVIDENCE, "  %s: %s", what, line);
	}
	fclose(f);
}

static void send_process(struct init *in, pid_t pid, const char *comm, char state)
{
	/* Of the 50 lines of status, those that tell why a task does not run. */
	static const char *const telling[] = {
		"Name:", "State:", "SigPnd:", "ShdPnd:", "SigBlk:", "Cpus_allowed_list:", NULL
	};
	char path[64];
	struct dirent *d;
	unsigned int nr = 0;
	DIR *dir;

	init_sayf(in, CHANNEL_EVIDENCE, "process %d (%s), state %c", pid, comm, state);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while (nr < MAX_TASKS && (d = readdir(dir))) {
		char task[64];

		if (!is_number(d->d_name))
			continue;
		nr++;
		snprintf(task, sizeof(task), "/proc/%d/task/%d", pid, atoi(d->d_name));
		init_sayf(in, CHANNEL_EVIDENCE, " task %s", d->d_name);
		send_file(in, task, "status", telling);
		send_file(in, task, "wchan", NULL);
		send_file(in, task, "syscall", NULL);
		send_file(in, task, "stack", NULL);
	}
	closedir(dir);
}

static void sysrq(const struct init *in, char key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, &key, 1) != 1)
		init_log(in, "write(/proc/sysrq-trigger, %c): %s", key, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void init_evidence(struct init *in, const char *why)
{
	init_log(in, "evidence: %s", why);
	init_sayf(in, CHANNEL_EVIDENCE, "%s", why);
	init_each_process(send_process, in);
	sysrq(in, 'w');		/* blocked tasks */
	sysrq(in, 'l');		/* what the CPUs run */
}
