// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups, version 2.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/hostfile.h"
#include "host/memcg.h"

#define ROOT	"/sys/fs/cgroup"

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
	int ret;

	/* Swap would only put off what the limit is for; not every kernel has it. */
	snprintf(file, sizeof(file), "%s/memory.swap.max", path);
	hostfile_write(file, "0");
	snprintf(file, sizeof(file), "%s/memory.max", path);
	snprintf(bytes, sizeof(bytes), "%zu", limit);
	ret = hostfile_write(file, bytes);
	if (ret)
		return result_error(r, "write(%s, %s): %s", file, bytes, strerror(-ret));
	return 0;
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
static int own_cgroup(char *procs, size_t size, struct result *r)
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
	snprintf(procs, size, "%s%s/cgroup.procs", ROOT, line[4] ? line + 3 : "");
	return 0;
}

int memcg_join(struct hoststate *host, const char *path, struct result *r)
{
	char file[300], pid[16];
	int ret;

	if (own_cgroup(file, sizeof(file), r))
		return -1;
	snprintf(pid, sizeof(pid), "%d", getpid());
	if (hoststate_at_end(host, file, pid, "", r))
		return -1;
	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	ret = hostfile_write(file, pid);
	if (ret)
		return result_error(r, "write(%s, %s): %s", file, pid, strerror(-ret));
	return 0;
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
