// SPDX-License-Identifier: GPL-2.0
/*
 * What KVM does while a guest stalls: this distinguishes a guest that faults in
 * vain from one that is not run, or that exits for some other reason.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "oracle/oracle.h"
#include "vm/arch.h"

#define NS_PER_MS	1000000ULL
#define WATCH_NS	(200 * NS_PER_MS)
#define TRACE_NS	(20 * NS_PER_MS)
#define TRACE_LINES	8
#define MAX_STATS	8
#define TRACEFS		"/sys/kernel/tracing"

static void note_stats(const struct vm *vm, struct result *r)
{
	const char *const *stats = vm_arch.activity;
	unsigned long long before[MAX_STATS] = { 0 }, now;
	unsigned int i;

	for (i = 0; i < MAX_STATS && stats[i]; i++)
		vm_stat(vm, stats[i], &before[i]);
	sleep_ns(WATCH_NS);
	for (i = 0; i < MAX_STATS && stats[i]; i++) {
		if (!vm_stat(vm, stats[i], &now))
			result_note(r, "KVM's %s: %llu, %llu more in %llu ms", stats[i],
				    before[i], now - before[i], WATCH_NS / NS_PER_MS);
	}
}

/* The first records; comment lines of the trace file begin with #. */
static void note_trace(const char *instance, struct result *r)
{
	char path[128], line[256];
	int lines = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/trace", instance);
	f = fopen(path, "re");
	if (!f)
		return;
	while (lines < TRACE_LINES && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		result_note(r, "trace: %s", line + strspn(line, " "));
		lines++;
	}
	fclose(f);
}

static void note_exits(struct result *r)
{
	char instance[96], path[160];

	snprintf(instance, sizeof(instance), TRACEFS "/instances/mn-%d", getpid());
	if (mkdir(instance, 0700))
		return;
	snprintf(path, sizeof(path), "%s/events/kvm/kvm_exit/enable", instance);
	if (!hostfile_write(path, "1")) {
		sleep_ns(TRACE_NS);
		hostfile_write(path, "0");
		note_trace(instance, r);
	}
	rmdir(instance);
}

void note_kvm_activity(const struct vm *vm, struct result *r)
{
	note_stats(vm, r);
	note_exits(r);
}
