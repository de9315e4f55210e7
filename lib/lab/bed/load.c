// SPDX-License-Identifier: GPL-2.0
/*
 * CPU time that QEMU got and waited for.
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "bed/load.h"

/* Below this sum the process was idle: nothing was withheld from it. */
#define IDLE_NS		(2ull * 1000 * 1000 * 1000)

static bool add_thread(const char *task, const char *tid, struct lab_window *w)
{
	unsigned long long run, wait;
	char path[512];
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s/schedstat", task, tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fscanf(f, "%llu %llu", &run, &wait) == 2;
	fclose(f);
	if (!ok)
		return false;
	w->run_ns += run;
	w->wait_ns += wait;
	return true;
}

void lab_window_open(struct lab_window *w, pid_t pid)
{
	struct dirent *d;
	char task[64];
	DIR *dir;

	*w = (struct lab_window){ .since_ms = lab_now_ms() };
	snprintf(task, sizeof(task), "/proc/%d/task", pid);
	dir = opendir(task);
	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.' && add_thread(task, d->d_name, w))
			w->accounted = true;
	closedir(dir);
}

/* Stopped by a signal or a debugger: it wants nothing and gets nothing. */
static bool is_stopped(pid_t pid)
{
	char path[64], line[512] = "", *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	p = strrchr(line, ')');
	return p && p[1] && (p[2] == 'T' || p[2] == 't');
}

static unsigned long long since(unsigned long long from, unsigned long long to)
{
	/* Threads that ended took their sums with them. */
	return to > from ? to - from : 0;
}

int lab_window_percent(const struct lab_window *w, pid_t pid)
{
	unsigned long long run, wait;
	struct lab_window now;

	if (is_stopped(pid))
		return 0;
	lab_window_open(&now, pid);
	run = since(w->run_ns, now.run_ns);
	wait = since(w->wait_ns, now.wait_ns);
	if (!w->accounted || !now.accounted || run + wait < IDLE_NS)
		return 100;
	return (int)(run * 100 / (run + wait));
}

enum lab_wait lab_window_wait(const struct lab_window *w, pid_t pid, long seconds)
{
	long gone = lab_now_ms() - w->since_ms, limit = seconds * 1000;

	if (gone < limit)
		return LAB_WAIT_ON;
	if (gone / 100 * lab_window_percent(w, pid) >= limit)
		return LAB_WAIT_OVER;
	return gone >= limit * LAB_STRETCH ? LAB_WAIT_STARVED : LAB_WAIT_ON;
}
