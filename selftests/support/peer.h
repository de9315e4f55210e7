/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that takes turns with this one: it has what is compared with what is here, and an mm
 * of its own for it.
 */
#ifndef PEER_H
#define PEER_H

#include <sys/types.h>

#include "base/result.h"

/* In the peer. Each returns 0, or -1 with @r; then nothing but end() is called any more. */
struct peer_steps {
	int (*begin)(void *arg, struct result *r);
	int (*turn)(void *arg, int what, double *value, struct result *r);
	/* Also if begin() failed; @healthy: nothing has failed.  May be NULL. */
	void (*end)(void *arg, bool healthy, struct result *r);
};

struct peer {
	pid_t pid;
	int ask, answer;
	struct peer_shared *shared;
};

/*
 * peer_start() - from a process that has no threads, nor ever had a VM if the peer is to have none
 * @p: zeroed; end it with peer_end()
 * @arg: for the steps; the peer has a copy of what this process has now
 *
 * Return: 0, or -1 with an error.
 */
int peer_start(struct peer *p, const struct peer_steps *steps, void *arg, struct result *r);

/* peer_turn() - have it take one; Return: 0 with the @value that turn() gave, or -1 with its @r */
int peer_turn(struct peer *p, int what, double *value, struct result *r);

/* peer_end() - adopts what its end() finds; safe if zeroed */
void peer_end(struct peer *p, struct result *r);

#endif
