// SPDX-License-Identifier: GPL-2.0
/*
 * Is there memory for what a test is about to touch?
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/memcg.h"
#include "memory/memory.h"

#define KIB	1024ULL
#define MIB	(1024 * KIB)
#define SPARE	(64 * MIB)	/* for everybody else */

int memory_available(size_t bytes, struct result *r)
{
	unsigned long long available = 0, room = memcg_room();
	char line[128];
	FILE *f = fopen("/proc/meminfo", "re");

	if (!f)
		return result_errno(r, "open(/proc/meminfo)");
	while (fgets(line, sizeof(line), f) &&
	       sscanf(line, "MemAvailable: %llu kB", &available) != 1)
		;
	fclose(f);
	available *= KIB;
	if (available >= bytes + SPARE && room >= bytes + SPARE)
		return 0;
	return result_skip(r, "needs %llu MiB of memory and %llu MiB to spare, %llu MiB are available%s",
			   bytes / MIB, SPARE / MIB, (room < available ? room : available) / MIB,
			   room < available ? " (memory.max of the cgroup)" : "");
}
