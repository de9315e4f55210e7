// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs and memory of this machine, and the beds that fit.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "bed/beds.h"

#define MEMINFO	"/proc/meminfo"

static int read_memory(unsigned long *mib, struct lab_error *e)
{
	FILE *f = fopen(MEMINFO, "re");
	unsigned long kib = 0;
	char line[256];

	if (!f)
		return lab_fail(e, -errno, "open(" MEMINFO "): %s", strerror(errno));
	while (!kib && fgets(line, sizeof(line), f))
		sscanf(line, "MemAvailable: %lu kB", &kib);
	fclose(f);
	if (!kib)
		return lab_fail(e, -ENODATA, MEMINFO ": no MemAvailable");
	*mib = kib / 1024;
	return 0;
}

int lab_capacity_read(struct lab_capacity *c, struct lab_error *e)
{
	cpu_set_t cpus;

	/* Of a machine with more CPUs than the set holds the least is enough to know. */
	c->cpus = LAB_DEFAULT_BEDS;
	if (!sched_getaffinity(0, sizeof(cpus), &cpus))
		c->cpus = (unsigned int)CPU_COUNT(&cpus);
	else if (errno != EINVAL)
		return lab_fail(e, -errno, "sched_getaffinity(): %s", strerror(errno));
	return read_memory(&c->mib, e);
}

static unsigned int least(unsigned int a, unsigned long b)
{
	return b < a ? (unsigned int)b : a;
}

unsigned int lab_capacity_beds(const struct lab_capacity *c, unsigned int wanted,
			       size_t programs, unsigned long mib)
{
	unsigned int beds = wanted ? wanted : least(LAB_DEFAULT_BEDS, c->cpus);

	beds = least(beds, programs);
	beds = least(beds, c->mib / mib);
	return beds ? beds : 1;
}
