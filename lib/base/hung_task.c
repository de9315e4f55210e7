// SPDX-License-Identifier: GPL-2.0
/*
 * Finding threads in uninterruptible sleep, in /proc.
 *
 * A thread that was woken in between has switched context, and is timed anew.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hung_task.h"

/* State and process group of /proc/@dir: they follow the name, which may hold anything. */
static bool read_stat(const char *dir, char *state, pid_t *group)
{
	char path[64], line[512], *after;
	bool found;
	FILE *f;
	int parent;

	snprintf(path, sizeof(path), "/proc/%.48s/stat", dir);
	f = fopen(path, "re");
	if (!f)
		return false;
	found = fgets(line, sizeof(line), f);
	fclose(f);
	after = found ? strrchr(line, ')') : NULL;
	return after && sscanf(after, ") %c %d %d", state, &parent, group) == 3;
}

static unsigned long long read_switches(const char *dir)
{
	unsigned long long sum = 0, n;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.48s/status", dir);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "voluntary_ctxt_switches: %llu", &n) == 1 ||
		    sscanf(line, "nonvoluntary_ctxt_switches: %llu", &n) == 1)
			sum += n;
	}
	if (f)
		fclose(f);
	return sum;
}

static uint64_t since(const struct hung_tasks *a, const struct hung_task *s)
{
	unsigned int i;

	for (i = 0; i < a->nr; i++) {
		if (a->threads[i].tid == s->tid && a->threads[i].switches == s->switches)
			return a->threads[i].since_ns;
	}
	return s->since_ns;
}

static void look_at_process(const struct hung_tasks *before, struct hung_tasks *a, pid_t pid,
			    uint64_t now_ns)
{
	char path[64], state;
	struct dirent *entry;
	pid_t group;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && a->nr < HUNG_TASKS_MAX && (entry = readdir(dir))) {
		struct hung_task s = { .pid = pid, .tid = atoi(entry->d_name), .since_ns = now_ns };

		snprintf(path, sizeof(path), "%d/task/%.16s", pid, entry->d_name);
		if (!s.tid || !read_stat(path, &state, &group) || state != 'D')
			continue;
		s.switches = read_switches(path);
		s.since_ns = since(before, &s);
		a->threads[a->nr++] = s;
	}
	if (dir)
		closedir(dir);
}

const struct hung_task *hung_tasks_look(struct hung_tasks *a, pid_t group, uint64_t now_ns)
{
	const struct hung_task *longest = NULL;
	struct hung_tasks before = *a;
	struct dirent *entry;
	unsigned int i;
	DIR *dir = opendir("/proc");
	pid_t of;
	char state;

	a->nr = 0;
	while (dir && (entry = readdir(dir))) {
		if (atoi(entry->d_name) && read_stat(entry->d_name, &state, &of) && of == group)
			look_at_process(&before, a, atoi(entry->d_name), now_ns);
	}
	if (dir)
		closedir(dir);
	for (i = 0; i < a->nr; i++) {
		if (!longest || a->threads[i].since_ns < longest->since_ns)
			longest = &a->threads[i];
	}
	return longest;
}
