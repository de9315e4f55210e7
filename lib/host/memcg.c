// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups, version 2.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostfile.h"
#include "memcg.h"

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

int memcg_create(struct hoststate *host, const char *name, size_t limit,
		 char *path, size_t size, struct result *r)
{
	char file[300], bytes[32];
	int ret;

	if (enable_controller(host, r))
		return -1;
	snprintf(path, size, "%s/%s.%d", ROOT, name, getpid());
	if (hoststate_mkdir(host, path, r))
		return -1;
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
