// SPDX-License-Identifier: GPL-2.0
/*
 * CPU time that QEMU got and waited for.
 */
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/text.h"
#include "bed/load.h"

/* Below this sum the process was idle: nothing was withheld from it. */
#define IDLE_NS		(2ull * 1000 * 1000 * 1000)

void lab_window_open(struct lab_window *w, pid_t pid)
{
	char *pattern = lab_format("/proc/%d/task/*/schedstat", pid);
	unsigned long long run, wait;
	glob_t threads;

	*w = (struct lab_window){ .pid = pid, .since_ms = lab_now_ms() };
	if (!glob(pattern, GLOB_NOSORT, NULL, &threads)) {
		for (size_t i = 0; i < threads.gl_pathc; i++) {
			FILE *f = fopen(threads.gl_pathv[i], "re");

			if (f && fscanf(f, "%llu %llu", &run, &wait) == 2) {
				w->run_ns += run;
				w->wait_ns += wait;
			}
			if (f)
				fclose(f);
		}
		globfree(&threads);
	}
	free(pattern);
}

/* By a signal or a debugger: it wants nothing and gets nothing. */
static bool is_stopped(pid_t pid)
{
	char *path = lab_format("/proc/%d/stat", pid), state;
	FILE *f = fopen(path, "re");
	bool stopped = f && fscanf(f, "%*d (%*[^)]) %c", &state) == 1 &&
		(state == 'T' || state == 't');

	if (f)
		fclose(f);
	free(path);
	return stopped;
}

static unsigned long long since(unsigned long long from, unsigned long long to)
{
	/* Threads that ended took their sums with them. */
	return to > from ? to - from : 0;
}

int lab_window_percent(const struct lab_window *w)
{
	unsigned long long run, wait;
	struct lab_window now;

	if (is_stopped(w->pid))
		return 0;
	lab_window_open(&now, w->pid);
	run = since(w->run_ns, now.run_ns);
	wait = since(w->wait_ns, now.wait_ns);
	if (!w->run_ns || !now.run_ns || run + wait < IDLE_NS)
		return 100;
	return (int)(run * 100 / (run + wait));
}

enum lab_wait lab_window_wait(const struct lab_window *w, long seconds)
{
	long gone = lab_now_ms() - w->since_ms, limit = seconds * 1000;

	if (gone < limit)
		return LAB_WAIT_ON;
	if (gone / 100 * lab_window_percent(w) >= limit)
		return LAB_WAIT_OVER;
	return gone >= limit * LAB_STRETCH ? LAB_WAIT_STARVED : LAB_WAIT_ON;
}
