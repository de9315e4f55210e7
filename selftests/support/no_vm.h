/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process without a VM that makes the same calls: what they cost when nobody is notified.
 * It has threads that use the memory as vCPUs do, for where a guest that is at work, too, takes
 * time from the caller and has its pages back.
 */
#ifndef NO_VM_H
#define NO_VM_H

#include "support/bare_call.h"
#include "support/peer.h"

enum no_vm_turn {
	NO_VM_ALONE,		/* bare_turn(), and nobody else uses the memory */
	NO_VM_USED,		/* bare_turn(), with threads at work */
	NO_VM_STORM,		/* bare_storm(), with threads at work */
};

/*
 * no_vm_start() - from a process that never had a VM, nor has threads
 * @p: zeroed; it takes turns, NO_VM_*, of which each gives how many calls there are in a second
 * @bytes: of the area
 * @nr_pages: of these that the threads use, spread over the area
 * @nr_threads: as many as vCPUs
 *
 * Return: 0, or -1 with an error.
 */
int no_vm_start(struct peer *p, const struct bare_call *call, size_t bytes,
		unsigned int nr_pages, unsigned int nr_threads, struct result *r);

#endif
