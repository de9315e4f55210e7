/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Child processes that share the guest's memory copy-on-write.
 *
 * What the child sees is what was there at fork(): every write that was over
 * before, and none that came later.  It is ended by whoever started it, and
 * dies with that thread if need be.
 */
#ifndef FORKED_H
#define FORKED_H

#include "pressure/foreign.h"

/* What the child does between fork() and its end. */
enum forked_job {
	FORKED_HOLDS,	/* nothing */
	FORKED_READS,	/* reads all pages again and again */
	FORKED_WRITES,	/* first writes over its copy of every page */
	FORKED_SPLICES,	/* holds the pages only through a pipe, and unmaps them */
};

struct forked_memory;

struct forked {
	pid_t pid;	/* 0: no child */
	int fd;		/* to it */
	enum forked_job job;
	unsigned int nr_pages;
	struct forked_memory *memory;	/* shared with it */
};

/*
 * forked_prepare() - for set_up() of a row that forks
 *
 * Keeps what the guest needs to run at all out of the children, so that only
 * the area is copied on write.  Return: 0, or -1 with an error.
 */
int forked_prepare(struct press *p, struct result *r);

/*
 * forked_start() - fork, and judge what the child sees
 * @f: filled in; end it with forked_end() or forked_kill()
 *
 * Return: 0 once the child is at its job, or -1 with a failure of contract 9 or
 * an error; there is no child then.
 */
int forked_start(struct forked *f, struct press *p, enum forked_job job, struct result *r);

/*
 * forked_end() - let the child look for the last time, and end
 * @copies: increased by the pages that the child has as it had them, or wrote
 *          them, and that are different here; may be NULL
 *
 * Return: 0, or -1 with a failure of contract 9: what is written here or there
 * has come through.
 */
int forked_end(struct forked *f, struct press *p, uint64_t *copies, struct result *r);

/*
 * forked_write() - have the child write to this process's memory
 * @words: what and where
 * @mem: /proc/self/mem, opened here before the child was started; -1: by
 *       process_vm_writev() instead
 *
 * Return: 0, or -1 with an error, or a skip: it may not.
 */
int forked_write(struct forked *f, struct press *p, const struct foreign *words, int mem,
		 struct result *r);

/* forked_leave() - tell the child to exit, and do not wait */
void forked_leave(struct forked *f);

/* forked_kill() - end it unjudged; safe if there is none */
void forked_kill(struct forked *f);

#endif
