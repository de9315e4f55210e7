/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Users of the device of a gating notifier, each in a thread of its own.
 */
#ifndef FAULTERS_H
#define FAULTERS_H

#include <pthread.h>

#include "support/inject_bed.h"

#define NR_FAULTERS	2

struct faulter {
	struct injector *gate;
	const void *address;
	pthread_t thread;
	uint32_t go, done;
	int ret;
	struct result result;
};

/*
 * faulters_start() - make their threads; each waits to be told to go
 * @f: NR_FAULTERS of them, filled in; the first page of the bed is for the first, and so on
 * @bed: the first injector of which is the gate
 *
 * Before anything is delayed: making a thread needs what a delay may hold.
 * Return: 0, or -1 with an error.
 */
int faulters_start(struct faulter *f, struct bed *bed, struct result *r);

/* faulters_go() - let each fault once */
void faulters_go(struct faulter *f);

/* faulters_done() - have all of them come back? */
bool faulters_done(struct faulter *f);

/* faulters_join() - wait for their end; those that were never told to go do nothing */
int faulters_join(struct faulter *f, struct result *r);

#endif
