/* SPDX-License-Identifier: GPL-2.0 */
/* The protocol between a process and the children with which it shares memory. */
#ifndef COW_CHILD_BODY_H
#define COW_CHILD_BODY_H

#include "pressure/cow_child.h"

/* Requests of the parent.  The child answers each with a byte, and sends one when ready. */
#define COW_CHILD_WRITE	'w'	/* write the words to the parent */
#define COW_CHILD_LOOK	'l'	/* look for the last time, answer, exit */
#define COW_CHILD_LEAVE	'x'	/* exit at once */

/* Shared between the two. */
struct cow_child_memory {
	/* By the parent, around fork(): what the stamps lie between. */
	guest_u64 floor[GUEST_MAX_PAGES];
	guest_u64 ceiling[GUEST_MAX_PAGES];
	/* By the child: what it found first, and what it must find at last. */
	guest_u64 snapshot[GUEST_MAX_PAGES];
	guest_u64 expect[GUEST_MAX_PAGES];
	/* By the parent: what to write to it, and how. */
	struct remote_access words;
	int mem;
	unsigned int wrong;	/* pages at the worst look; the first of them: */
	unsigned int page;
	guest_u64 expected;
	guest_u64 seen;
	int error;		/* a call failed with this errno */
	char call[24];
};

struct cow_child_body {
	enum cow_child_job job;
	int fd;
	int pipe[2];
	pid_t parent;
	char *hva;
	size_t size, stride;
	unsigned int nr_pages;
	struct cow_child_memory *memory;
};

/*
 * cow_child_body_run() - the life of a child
 *
 * Other threads may have held any lock at fork(): only system calls and memory
 * from here on.
 */
void cow_child_body_run(struct cow_child_body *c) __attribute__((noreturn));

#endif
