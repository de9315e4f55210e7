/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Child processes that share the guest's memory copy-on-write.
 *
 * What the child sees is what was there at fork(): every write that was complete
 * before, and none that came later.  Whoever started it ends it; it dies with
 * that thread otherwise.
 */
#ifndef COW_CHILD_H
#define COW_CHILD_H

#include "pressure/remote_access.h"

/* What the child does between fork() and its end. */
enum cow_child_job {
	COW_CHILD_HOLDS,	/* nothing */
	COW_CHILD_READS,	/* reads all pages again and again */
	COW_CHILD_WRITES,	/* first writes over its copy of every page */
	COW_CHILD_SPLICES,	/* holds the pages only through a pipe, and unmaps them */
};

struct cow_child_memory;

struct cow_child {
	pid_t pid;	/* 0: no child */
	int fd;		/* to it */
	enum cow_child_job job;
	unsigned int nr_pages;
	struct cow_child_memory *memory;	/* shared with it */
};

/*
 * cow_child_prepare() - for set_up() of a row that forks
 *
 * Keeps what the guest needs to run out of the children, so that only the area is
 * copied on write.  Return: 0, or -1 with an error.
 */
int cow_child_prepare(struct press *p, struct result *r);

/*
 * cow_child_start() - fork, and judge what the child sees
 * @f: filled in; end it with cow_child_end() or cow_child_kill()
 *
 * Return: 0 once the child is at its job, or -1 with a failure of contract 9 or
 * an error; there is no child then.
 */
int cow_child_start(struct cow_child *f, struct press *p, enum cow_child_job job, struct result *r);

/*
 * cow_child_end() - have the child look for the last time, and end it
 * @copies: increased by the number of pages whose contents in the child are still
 *          right, but different from those here; may be NULL
 *
 * Return: 0, or -1 with a failure of contract 9: a write on one side is visible on
 * the other.
 */
int cow_child_end(struct cow_child *f, struct press *p, uint64_t *copies, struct result *r);

/*
 * cow_child_write() - have the child write to this process's memory
 * @words: what and where
 * @mem: /proc/self/mem, opened here before the child was started; -1: by
 *       process_vm_writev() instead
 *
 * Return: 0, or -1 with an error, or a skip: it is not permitted.
 */
int cow_child_write(struct cow_child *f, struct press *p, const struct remote_access *words,
		    int mem, struct result *r);

/* cow_child_leave() - tell the child to exit, and do not wait */
void cow_child_leave(struct cow_child *f);

/* cow_child_kill() - end it without judging; safe if there is none */
void cow_child_kill(struct cow_child *f);

#endif
