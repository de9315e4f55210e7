/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VM and its process may leave in the kernel when they are gone.
 *
 * The kernel counts these for everybody, so others change the counts too: only
 * who does the same again and again can tell what is left of it, or whose cgroup is
 * charged for it.
 */
#ifndef LEAK_CHECK_H
#define LEAK_CHECK_H

#include <stdbool.h>

enum leak_kind {
	LEAK_MM,
	LEAK_VCPU,
	LEAK_PAGE_TABLE,	/* of KVM's */
	NR_LEAK_KINDS,
};

struct leak_counts {
	bool known[NR_LEAK_KINDS];	/* does this kernel tell? */
	unsigned long long count[NR_LEAK_KINDS];
};

/* leak_name() - for people, in the plural; static storage */
const char *leak_name(enum leak_kind what);

/*
 * leak_counts_read() - how many there are now
 *
 * Gives up what the kernel's allocator and its counters keep back on each CPU, so
 * that they are exact.
 */
void leak_counts_read(struct leak_counts *l);

/*
 * leak_charged() - how many of them at most a memory cgroup is charged for
 * @memcg: its directory
 * @count: filled in; the kernel sums up at least every two seconds
 *
 * Return: does this kernel tell?  It does so exactly since v6.1.
 */
bool leak_charged(const char *memcg, enum leak_kind what, unsigned long long *count);

#endif
