/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that the kernel never wakes: state D, without one switch of context.
 */
#ifndef HUNG_TASK_H
#define HUNG_TASK_H

#include <stdint.h>
#include <sys/types.h>

#define HUNG_TASKS_MAX	64	/* threads watched; more of them say nothing new */

struct hung_tasks {
	struct hung_task {
		pid_t pid, tid;
		unsigned long long switches;
		uint64_t since_ns;
	} threads[HUNG_TASKS_MAX];
	unsigned int nr;
};

/*
 * hung_tasks_look() - look at all threads of a process group
 * @a: what earlier looks saw; all zero before the first
 * @group: the process group
 * @now_ns: time, on any clock
 *
 * Return: the thread that has been hung longest, or NULL; valid until the
 * next look.
 */
const struct hung_task *hung_tasks_look(struct hung_tasks *a, pid_t group, uint64_t now_ns);

#endif
