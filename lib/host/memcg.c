// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups, version 2.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/memcg.h"

#define ROOT	"/sys/fs/cgroup"

static int set(const char *file, const char *value, struct result *r)
{
	char what[400];
	int ret = hostfile_write(file, value);

	if (!ret)
		return 0;
	snprintf(what, sizeof(what), "write(%.300s, %.40s)", file, value);
	return hostfile_refused(what, -ret, r);
}

static int enable_controller(struct hoststate *host, struct result *r)
{
	static const char control[] = ROOT "/cgroup.subtree_control";
	char controllers[256];

	if (hostfile_read(ROOT "/cgroup.controllers", controllers, sizeof(controllers)) < 0 ||
	    !strstr(controllers, "memory"))
		return result_skip(r, "no cgroup v2 with the memory controller at %s", ROOT);
	if (hostfile_read(control, controllers, sizeof(controllers)) >= 0 &&
	    strstr(controllers, "memory"))
		return 0;
	return hoststate_write_undo(host, control, "+memory", "-memory", r);
}

static int limit(const char *path, size_t limit, struct result *r)
{
	char file[300], bytes[32];

	/* Swap would only put off what the limit is for; not every kernel has it. */
	snprintf(file, sizeof(file), "%s/memory.swap.max", path);
	hostfile_write(file, "0");
	snprintf(file, sizeof(file), "%s/memory.max", path);
	snprintf(bytes, sizeof(bytes), "%zu", limit);
	return set(file, bytes, r);
}

int memcg_create(struct hoststate *host, const char *name, size_t max,
		 char *path, size_t size, struct result *r)
{
	if (enable_controller(host, r))
		return -1;
	snprintf(path, size, "%s/%s.%d", ROOT, name, getpid());
	if (hoststate_mkdir(host, path, r))
		return -1;
	return max ? limit(path, max, r) : 0;
}

/* The line of version 2 is "0::/PATH". */
static int own_cgroup(char *path, size_t size, struct result *r)
{
	char line[256] = "";
	FILE *f = fopen("/proc/self/cgroup", "re");

	if (!f)
		return result_errno(r, "open(/proc/self/cgroup)");
	while (fgets(line, sizeof(line), f) && strncmp(line, "0::", 3))
		;
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "0::/", 4))
		return result_skip(r, "this process is in no cgroup v2");
	snprintf(path, size, "%s%s", ROOT, line[4] ? line + 3 : "");
	return 0;
}

bool memcg_stat(const char *path, const char *name, unsigned long long *value)
{
	char file[300], line[128], key[64];
	bool found = false;
	FILE *f;

	snprintf(file, sizeof(file), "%s/memory.stat", path);
	f = fopen(file, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%63s %llu", key, value) == 2 && !strcmp(key, name);
	if (f)
		fclose(f);
	return found;
}

unsigned long long memcg_room_in(const char *path)
{
	unsigned long long max, usage, bytes;
	char file[300];

	snprintf(file, sizeof(file), "%s/memory.max", path);
	/* Without a limit it says "max"; the root has no such file. */
	if (hostfile_read_ulong(file, &max))
		return ULLONG_MAX;
	snprintf(file, sizeof(file), "%s/memory.current", path);
	if (hostfile_read_ulong(file, &usage))
		return ULLONG_MAX;
	/* What files have in memory makes way. */
	max += memcg_stat(path, "inactive_file", &bytes) ? bytes : 0;
	max += memcg_stat(path, "active_file", &bytes) ? bytes : 0;
	return max > usage ? max - usage : 0;
}

bool memcg_swaps_in(const char *path)
{
	unsigned long long max;
	char file[300];

	snprintf(file, sizeof(file), "%s/memory.swap.max", path);
	return hostfile_read_ulong(file, &max) || max;
}

/* Of this process' cgroup and those above it, the last one first; false when it is over. */
static bool next_cgroup(char *path, size_t size, bool first)
{
	struct result ignored;

	result_init(&ignored);
	if (first)
		return !own_cgroup(path, size, &ignored);
	*strrchr(path, '/') = '\0';
	return strlen(path) >= strlen(ROOT);
}

unsigned long long memcg_room(void)
{
	unsigned long long least = ULLONG_MAX, room;
	char path[280];
	bool more;

	for (more = next_cgroup(path, sizeof(path), true); more;
	     more = next_cgroup(path, sizeof(path), false)) {
		room = memcg_room_in(path);
		least = room < least ? room : least;
	}
	return least;
}

const char *memcg_swap_missing(void)
{
	char path[280];
	bool more;

	for (more = next_cgroup(path, sizeof(path), true); more;
	     more = next_cgroup(path, sizeof(path), false)) {
		if (!memcg_swaps_in(path))
			return "the cgroup may not swap (memory.swap.max is 0)";
	}
	return NULL;
}

int memcg_join(struct hoststate *host, const char *path, struct result *r)
{
	char own[280], file[300], pid[16];

	if (own_cgroup(own, sizeof(own), r))
		return -1;
	snprintf(file, sizeof(file), "%s/cgroup.procs", own);
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (hoststate_at_end(host, file, pid, "", r))
		return -1;
	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	return set(file, pid, r);
}

int memcg_squeeze(const char *path, size_t bytes, struct result *r)
{
	unsigned long long usage;
	char file[300], value[32];
	int ret;

	snprintf(file, sizeof(file), "%s/memory.current", path);
	if (hostfile_read_ulong(file, &usage))
		return result_error(r, "%s cannot be read", file);
	snprintf(file, sizeof(file), "%s/memory.high", path);
	snprintf(value, sizeof(value), "%llu", usage > bytes ? usage - bytes : 0);
	ret = hostfile_write(file, value);
	if (!ret)
		ret = hostfile_write(file, "max");
	return ret ? result_error(r, "write(%s): %s", file, strerror(-ret)) : 0;
}

int memcg_can_reclaim(const char *path, struct result *r)
{
	char file[300];

	snprintf(file, sizeof(file), "%s/memory.reclaim", path);
	if (access(file, F_OK))
		return result_skip(r, "no memory.reclaim in a memory cgroup: kernel before v5.19");
	return 0;
}

int memcg_reclaim(const char *path, size_t bytes, struct result *r)
{
	char file[300], value[32];
	int ret;

	snprintf(file, sizeof(file), "%s/memory.reclaim", path);
	snprintf(value, sizeof(value), "%zu", bytes);
	ret = hostfile_write(file, value);
	/* EAGAIN: got less than it was asked for. */
	if (ret && ret != -EAGAIN)
		return result_error(r, "write(%s, %s): %s", file, value, strerror(-ret));
	return 0;
}
