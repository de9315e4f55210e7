/* SPDX-License-Identifier: GPL-2.0 */
/* What passes between a process and the children with which it shares memory. */
#ifndef FORKED_CHILD_H
#define FORKED_CHILD_H

#include "pressure/forked.h"

/* What the parent says.  The child answers each, and its own readiness, with a byte. */
#define FORKED_WRITE	'w'	/* write the words to the parent */
#define FORKED_LOOK	'l'	/* look for the last time, answer, exit */
#define FORKED_LEAVE	'x'	/* exit at once */

/* Shared between the two. */
struct forked_memory {
	/* By the parent, around fork(): what the stamps lie between. */
	guest_u64 floor[GUEST_MAX_PAGES];
	guest_u64 ceiling[GUEST_MAX_PAGES];
	/* By the child: what it found first, and what it must find at last. */
	guest_u64 snapshot[GUEST_MAX_PAGES];
	guest_u64 expect[GUEST_MAX_PAGES];
	/* By the parent: what to write to it, and how. */
	struct foreign words;
	int mem;
	unsigned int wrong;	/* pages at the worst look; the first of them: */
	unsigned int page;
	guest_u64 expected;
	guest_u64 seen;
	int error;		/* a call failed with this errno */
	char call[24];
};

struct forked_child {
	enum forked_job job;
	int fd;
	int pipe[2];
	pid_t parent;
	char *hva;
	size_t size, stride;
	unsigned int nr_pages;
	struct forked_memory *memory;
};

/*
 * forked_child_run() - the life of a child
 *
 * Other threads may have held any lock at fork(): only system calls and memory
 * from here on.
 */
void forked_child_run(struct forked_child *c) __attribute__((noreturn));

#endif
