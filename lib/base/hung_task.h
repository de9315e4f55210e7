/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads that the kernel never wakes: state D, without one switch of context.
 */
#ifndef ASLEEP_H
#define ASLEEP_H

#include <stdint.h>
#include <sys/types.h>

#define ASLEEP_MAX	64	/* threads watched; more of them say nothing new */

struct asleep {
	struct sleeper {
		pid_t pid, tid;
		unsigned long long switches;
		uint64_t since_ns;
	} threads[ASLEEP_MAX];
	unsigned int nr;
};

/*
 * asleep_look() - look at all threads of a process group
 * @a: what earlier looks saw; all zero before the first
 * @group: the process group
 * @now_ns: time, on any clock
 *
 * Return: the thread that has been asleep longest, or NULL; valid until the
 * next look.
 */
const struct sleeper *asleep_look(struct asleep *a, pid_t group, uint64_t now_ns);

#endif
