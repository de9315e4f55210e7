// SPDX-License-Identifier: GPL-2.0
/*
 * neg_freeze_test - user space stops: real-time threads spin on every CPU and
 * nothing else gets to run, the init of the lab included.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "only_in_lab.h"

static void *spin(void *unused)
{
	(void)unused;
	for (;;)
		;
	return NULL;
}

static int forbid_throttling(void)
{
	FILE *f = fopen("/proc/sys/kernel/sched_rt_runtime_us", "we");

	if (!f || fputs("-1", f) < 0 || fclose(f)) {
		perror("sched_rt_runtime_us");
		return -1;
	}
	return 0;
}

static int start_spinner(long cpu)
{
	struct sched_param param = { .sched_priority = 99 };
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t cpus;
	int err;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &param);
	err = pthread_create(&thread, &attr, spin, NULL);
	pthread_attr_destroy(&attr);
	if (err)
		fprintf(stderr, "pthread_create(SCHED_FIFO, CPU %ld): %s\n", cpu,
			strerror(err));
	return err;
}

int main(void)
{
	long cpu, nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t first;

	only_in_lab("keeps every CPU from all others forever");
	puts("TAP version 13\n1..1");
	fflush(stdout);
	if (forbid_throttling())
		return 1;
	/* From the last CPU to our own, which is the first. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first)) {
		perror("sched_setaffinity");
		return 1;
	}
	for (cpu = nr_cpus - 1; cpu >= 0; cpu--) {
		if (start_spinner(cpu))
			return 1;
	}
	for (;;)
		pause();
}
