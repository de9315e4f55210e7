/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VM and its process may leave in the kernel when they are gone.
 *
 * The kernel counts these for everybody, so others change the counts too: only
 * who does the same again and again can tell what is left of it.
 */
#ifndef LEFTOVER_H
#define LEFTOVER_H

#include <stdbool.h>

enum leftover {
	LEFTOVER_MM,
	LEFTOVER_VCPU,
	LEFTOVER_PAGE_TABLE,	/* of KVM's */
	NR_LEFTOVERS,
};

struct leftovers {
	bool known[NR_LEFTOVERS];	/* does this kernel tell? */
	unsigned long long count[NR_LEFTOVERS];
};

/* leftover_name() - for people, in the plural; static storage */
const char *leftover_name(enum leftover what);

/*
 * leftovers_read() - how many there are now
 *
 * Gives up what the kernel's allocator and its counters keep back on each CPU, so
 * that they are exact.
 */
void leftovers_read(struct leftovers *l);

#endif
