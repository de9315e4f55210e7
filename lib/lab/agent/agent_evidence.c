// SPDX-License-Identifier: GPL-2.0
/*
 * What were they doing? Kernel stacks and states of every task of theirs to the
 * channel, the kernel's own view (blocked tasks, busy CPUs) to the console.
 * Taken before anything is killed, for a killed task tells nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"

/* Enough for any test of sane size; a fork bomb must not become a log bomb. */
#define MAX_TASKS	96

/* Fields of /proc/PID/stat: the parent, or -1 if there is no such process. */
static pid_t read_stat(pid_t pid, char *comm, size_t size, char *state)
{
	char path[64], line[512], *open_paren, *close_paren;
	pid_t parent;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return -1;
	/* The name may hold spaces and parentheses: the last one ends it. */
	close_paren = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	open_paren = close_paren ? strchr(line, '(') : NULL;
	if (!open_paren)
		return -1;
	*close_paren = '\0';
	snprintf(comm, size, "%s", open_paren + 1);
	return sscanf(close_paren + 1, " %c %d", state, &parent) == 2 ? parent : -1;
}

/* Orphans among them become our children: of process 1 anyway, of others if they ask for it. */
static bool descends(pid_t pid)
{
	char comm[64], state;

	while (pid > 1 && pid != getpid())
		pid = read_stat(pid, comm, sizeof(comm), &state);
	return pid == getpid();
}

unsigned int agent_each_process(void (*fn)(struct agent *ag, pid_t pid, const char *comm,
					   char state), struct agent *ag)
{
	DIR *dir = opendir("/proc");
	unsigned int found = 0;
	struct dirent *d;

	if (!dir)
		agent_die(ag, "opendir(/proc): %s", strerror(errno));
	while ((d = readdir(dir))) {
		pid_t pid = atoi(d->d_name);	/* 0 if it is no number */
		char comm[64], state;

		if (pid <= 1 || pid == getpid() || pid == ag->restorer ||
		    !descends(read_stat(pid, comm, sizeof(comm), &state)))
			continue;
		found++;
		if (fn)
			fn(ag, pid, comm, state);
	}
	closedir(dir);
	return found;
}

/* Of the 50 lines of status, those that tell why a task does not run. */
static bool is_telling(const char *line)
{
	static const char *const telling[] = {
		"Name:", "State:", "SigPnd:", "ShdPnd:", "SigBlk:", "Cpus_allowed_list:",
	};

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (!strncmp(line, telling[i], strlen(telling[i])))
			return true;
	return false;
}

static void send_file(struct agent *ag, pid_t pid, pid_t task, const char *what)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", pid, task, what);
	f = fopen(path, "re");
	while (f && fscanf(f, " %255[^\n]", line) == 1)
		if (strcmp(what, "status") || is_telling(line))
			agent_sayf(ag, CHANNEL_EVIDENCE, "  %s: %s", what, line);
	if (f)
		fclose(f);
}

static void send_process(struct agent *ag, pid_t pid, const char *comm, char state)
{
	char path[64];
	struct dirent *d;
	unsigned int nr = 0;
	DIR *dir;

	agent_sayf(ag, CHANNEL_EVIDENCE, "process %d (%s), state %c", pid, comm, state);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while (nr < MAX_TASKS && (d = readdir(dir))) {
		pid_t task = atoi(d->d_name);

		if (!task)
			continue;
		nr++;
		agent_sayf(ag, CHANNEL_EVIDENCE, " task %d", task);
		send_file(ag, pid, task, "status");
		send_file(ag, pid, task, "wchan");
		send_file(ag, pid, task, "syscall");
		send_file(ag, pid, task, "stack");
	}
	closedir(dir);
}

void agent_evidence(struct agent *ag, const char *why)
{
	agent_log(ag, "evidence: %s", why);
	agent_sayf(ag, CHANNEL_EVIDENCE, "%s", why);
	agent_each_process(send_process, ag);
	agent_write(ag, "/proc/sysrq-trigger", "w");		/* blocked tasks */
	agent_write(ag, "/proc/sysrq-trigger", "l");		/* what the CPUs run */
}
