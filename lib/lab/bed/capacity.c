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

int lab_capacity_read(struct lab_capacity *c, struct lab_error *e)
{
	FILE *f = fopen(MEMINFO, "re");
	unsigned long kib;
	cpu_set_t cpus;
	int n;

	if (!f)
		return lab_fail(e, -errno, "open(" MEMINFO "): %s", strerror(errno));
	n = fscanf(f, "MemTotal: %*u kB MemFree: %*u kB MemAvailable: %lu kB", &kib);
	fclose(f);
	if (n != 1)
		return lab_fail(e, -ENODATA, MEMINFO ": no MemAvailable");
	c->mib = kib / 1024;
	/* Of a machine with more CPUs than the set holds the least is enough to know. */
	c->cpus = LAB_DEFAULT_BEDS;
	if (!sched_getaffinity(0, sizeof(cpus), &cpus))
		c->cpus = (unsigned int)CPU_COUNT(&cpus);
	else if (errno != EINVAL)
		return lab_fail(e, -errno, "sched_getaffinity(): %s", strerror(errno));
	return 0;
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
