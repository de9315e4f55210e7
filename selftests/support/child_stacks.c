// SPDX-License-Identifier: GPL-2.0
/*
 * Stacks of children, from /proc.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "support/child_stacks.h"

static void note_stack(pid_t pid, const char *tid, struct result *r)
{
	char path[64], line[128];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/proc/%d/task/%.16s/stack", pid, tid);
	result_note(r, "stack of thread %s of process %d:", tid, pid);
	f = fopen(path, "re");
	for (n = 0; f && n < 12 && fgets(line, sizeof(line), f); n++)
		result_note(r, "  %.*s", (int)strcspn(line, "\n"), line);
	if (f)
		fclose(f);
}

static void note_threads(pid_t pid, struct result *r)
{
	struct dirent *d;
	char path[32];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		if (isdigit((unsigned char)d->d_name[0]))
			note_stack(pid, d->d_name, r);
	}
	if (dir)
		closedir(dir);
}

void note_child_stacks(struct result *r)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		char path[32], stat[256], *after;
		int parent;

		snprintf(path, sizeof(path), "/proc/%.16s/stat", d->d_name);
		if (!isdigit((unsigned char)d->d_name[0]) ||
		    hostfile_read(path, stat, sizeof(stat)) < 0)
			continue;
		after = strrchr(stat, ')');
		if (after && sscanf(after, ") %*c %d", &parent) == 1 && parent == getpid())
			note_threads(atoi(d->d_name), r);
	}
	if (dir)
		closedir(dir);
}
