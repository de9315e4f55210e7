/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing settings of the host so that they are restored whatever happens.
 *
 * A restorer process remembers what to restore.  It restores when told to, or
 * when all processes that hold the connection are gone, killed ones included.
 *
 * Others notice a change of the whole host.  So it takes two things: whoever opens
 * a struct hoststate declares what is changed through it, and the user allows it (-D).
 * Undeclared it is an error, not allowed a skip, and in either case nothing changes.
 */
#ifndef HOSTSTATE_H
#define HOSTSTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/result.h"

struct hoststate {
	int fd;		/* to the restorer; shared with forked children */
	pid_t restorer;
	const char *changes;	/* of the whole host, as declared; NULL: nothing */
};

/* hoststate_allow() - the user allows changes: this process, and its children from now on */
void hoststate_allow(void);

/* hoststate_allowed() - has hoststate_allow() been called? */
bool hoststate_allowed(void);

/*
 * hoststate_refusal() - why such changes are not made
 * @changes: what is changed of the whole host, for people; NULL: nothing
 *
 * Return: NULL if there are none or they are allowed, else a text that is valid until
 * the next call.
 */
const char *hoststate_refusal(const char *changes);

/*
 * hoststate_open() - start the restorer; end it with hoststate_close()
 * @changes: what is going to be changed of the whole host, for people; NULL: nothing
 */
int hoststate_open(struct hoststate *h, const char *changes, struct result *r);

/*
 * hoststate_may_change() - for a change of the whole host that is not made below
 * @what: about to be changed
 *
 * Return: 0, or -1 with a skip (not allowed) or an error (not declared).
 */
int hoststate_may_change(const struct hoststate *h, const char *what, struct result *r);

/*
 * hoststate_write() - change a one-line file until hoststate_close()
 * @path: e.g. a sysctl
 * @value: new contents
 *
 * A file that does not exist needs no change and is no error.
 * Return: 0, or -1 with an error.
 */
int hoststate_write(struct hoststate *h, const char *path, const char *value,
		    struct result *r);

/* hoststate_write_undo() - the same where the old contents must not be written back as read */
int hoststate_write_undo(struct hoststate *h, const char *path, const char *value,
			 const char *undo, struct result *r);

/*
 * hoststate_set() - write to a file that hoststate_at_end() knows, or that keeps nothing
 *
 * Return: 0, an errno of open(2) or write(2), or -1 as hoststate_may_change().
 */
int hoststate_set(const struct hoststate *h, const char *path, const char *value,
		  struct result *r);

/*
 * hoststate_at_end() - only remember what to write at the end
 * @unless: if the file then reads so, nothing is written
 *
 * Call it before a change that is not made by writing to a file, or that is
 * tried more than once.  A process that is to go back to its cgroup is its own affair;
 * everything else counts as a change of the whole host.
 */
int hoststate_at_end(struct hoststate *h, const char *path, const char *value,
		     const char *unless, struct result *r);

/*
 * hoststate_unpoison_at_end() - have a page frame given back to the kernel
 * @frame: about to be poisoned, perhaps
 *
 * Only the module hwpoison_inject can do it.  Without it, or if the frame is
 * held forever, the frame stays poisoned, which is no error.
 */
int hoststate_unpoison_at_end(struct hoststate *h, uint64_t frame, struct result *r);

/*
 * hoststate_unload_at_end() - have a module taken out of the kernel
 * @module: its name; about to be loaded, perhaps
 *
 * If it is still in use by then it stays, and stderr says so.
 */
int hoststate_unload_at_end(struct hoststate *h, const char *module, struct result *r);

/*
 * hoststate_push() / hoststate_pop() - restore early
 *
 * A pop restores what was changed since the last push, last change first.
 * Return: 0, or -1 with an error: the pop could not restore everything.
 */
int hoststate_push(struct hoststate *h, struct result *r);
int hoststate_pop(struct hoststate *h, struct result *r);

/*
 * hoststate_mkdir() - make a directory (a cgroup) until hoststate_close()
 *
 * The restorer kills what is left in a cgroup before it removes it.
 */
int hoststate_mkdir(struct hoststate *h, const char *path, struct result *r);

/*
 * hoststate_swapon() - swap to a device until hoststate_close()
 * @path: with a swap header on it
 * @flags: of swapon(2)
 *
 * It is no error if it is off again by then.  Return: 0, or -1 with an error.
 */
int hoststate_swapon(struct hoststate *h, const char *path, int flags, struct result *r);

/* hoststate_close() - restore, last change first, and wait until it is done */
void hoststate_close(struct hoststate *h);

/*
 * hoststate_quiet() - less noise and less waiting for this process and its children
 *
 * By means of their own, and if it is allowed by a setting of the whole host.
 */
int hoststate_quiet(struct hoststate *h, struct result *r);

#endif
