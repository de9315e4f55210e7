// SPDX-License-Identifier: GPL-2.0
/*
 * What memory the host has to give, and what it could swap out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/memcg.h"
#include "memory/memory.h"

#define KIB	1024ULL
#define MIB	(1024 * KIB)
#define SPARE	(64 * MIB)	/* for everybody else */
/* A cgroup has nobody else in it; but a VM takes more than its memory. */
#define SPARE_IN_CGROUP	(8 * MIB)

unsigned long long memory_swappable(void)
{
	unsigned long long kib, sum = 0;
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "AnonPages: %llu kB", &kib) == 1 ||
		    sscanf(line, "Shmem: %llu kB", &kib) == 1)
			sum += kib * KIB;
	}
	if (f)
		fclose(f);
	return sum;
}

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
	if (available < bytes + SPARE)
		return result_skip(r, "needs %llu MiB of memory and %llu MiB to spare, %llu MiB are available",
				   bytes / MIB, SPARE / MIB, available / MIB);
	if (room < bytes + SPARE_IN_CGROUP)
		return result_skip(r, "needs %llu MiB of memory and %llu MiB to spare, memory.max of the cgroup leaves %llu MiB",
				   bytes / MIB, SPARE_IN_CGROUP / MIB, room / MIB);
	return 0;
}
