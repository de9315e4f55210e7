/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine that programs run on, whatever kind of bed it is: a process of this host that is
 * the machine, or leads to it, and up to three streams. When the lab dies, even by SIGKILL,
 * that process gets a signal.
 */
#ifndef LAB_MACHINE_H
#define LAB_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/lab_error.h"
#include "verdict/verdict.h"

enum lab_stream {
	LAB_CONSOLE,		/* what the kernel prints */
	LAB_CHANNEL,		/* to and from the agent: agent/channel.h */
	LAB_CONTROL,		/* the kind's own business */
	LAB_NR_STREAMS
};

struct lab_plan;	/* session.h */

/* Nodes of memory, at most. */
#define LAB_MAX_NODES	2

/* What becomes of its state, on the way to a file or from there. */
enum lab_transfer {
	LAB_TRANSFER_NONE,
	LAB_TRANSFER_UNDER_WAY,
	LAB_TRANSFER_DONE,
	LAB_TRANSFER_FAILED,
};

struct lab_machine {
	const struct lab_bed_kind *kind;
	pid_t pid;			/* its own process group; 0: does not run */
	int fds[LAB_NR_STREAMS];	/* the lab's ends; -1: none, or closed */
	char version[32];		/* of the kind's software, "" until that is known to be up */
	char end[32];			/* how it said that it ends, or "" */
	bool unplugged;			/* its power is off, as was seen when it fell silent */
	bool sysrq;			/* of kind qemu: an NMI is not to be had */
	bool breaks;			/* and a break was asked for */
	/* Set before it starts: */
	char *incoming;			/* the directory that its state and memory are in; NULL: it boots */
	bool saves;			/* it may be saved: its memory is in files that have no name */
	int memory[LAB_MAX_NODES];	/* then, one for each node; -1: none */
	enum lab_transfer transfer;	/* of its state */
	const struct lab_board *board;	/* of kind ssh */
	pid_t helper;			/* another process that goes with it, leading its group; or 0 */
	char refused[160];		/* its last word on something that it refused, or "" */
	char buf[16384];		/* of LAB_CONTROL, not taken yet */
	size_t fill;
};

/* One file a kind. What is NULL a kind does not have. */
struct lab_bed_kind {
	const char *name;		/* as --bed has it */
	const char *process;		/* what people call the process */
	bool here;			/* it is this machine, which others use as well */
	bool up;			/* it runs its kernel already, or boots it by itself */
	unsigned int boot_seconds;	/* until the agent takes commands, at most */
	unsigned int grace_seconds;	/* that it has after SIGTERM; 0: it is killed at once */

	/*
	 * Start machine @bed of @plan in @m, of which kind alone is filled in, and no stream is
	 * open. Returns 0 or -errno. lab_machine_stop() is due, whatever happens.
	 */
	int (*start)(struct lab_machine *m, const struct lab_plan *plan, unsigned int bed,
		     struct lab_error *e);
	/* Take what @m->buf has of LAB_CONTROL. */
	void (*control)(struct lab_machine *m);
	/* Make a kernel that hangs say where, on its console. Returns 0 or -errno. */
	int (*trace)(struct lab_machine *m, struct lab_error *e);
	/*
	 * Stop it, and write its state, without its memory, to a new file "state" in @dir, which is there
	 * when it is complete, some time after @m->transfer is done. Returns 0 or -errno. Kinds that have
	 * this can start from such a directory as well, and have stopped when that is done.
	 */
	int (*save)(struct lab_machine *m, const char *dir, struct lab_error *e);
	/* It has stopped: let it run. Returns 0 or -errno. */
	int (*resume)(struct lab_machine *m, struct lab_error *e);
	/* What an end by itself with exit code 0 is; NULL: LAB_MACHINE_EXITED. */
	enum lab_machine_end (*ended)(const struct lab_machine *m, int *code);
};

/* The kind that @name means, "KIND" or "KIND:...", or NULL, and @e says which there are. */
const struct lab_bed_kind *lab_bed_kind_find(const char *name, struct lab_error *e);

/* Of @kind, and not started yet. */
void lab_machine_init(struct lab_machine *m, const struct lab_bed_kind *kind);

/*
 * A socket pair for @stream: our end in @m->fds, and the process's in @theirs, which the
 * caller closes. Returns 0 or -errno.
 */
int lab_machine_stream(struct lab_machine *m, enum lab_stream stream, int *theirs,
		       struct lab_error *e);

/* Close one of the streams, if it is open. */
void lab_machine_hang_up(struct lab_machine *m, enum lab_stream stream);

/* Take what has arrived on LAB_CONTROL; at its end it is closed. */
void lab_machine_control(struct lab_machine *m);

/* End the process if it still runs, reap it, close the streams. */
void lab_machine_stop(struct lab_machine *m);

extern const struct lab_bed_kind lab_bed_qemu, lab_bed_local, lab_bed_ssh;

#endif
