/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Snapshots of machines that have booted, for later machines that are the same: what is in memory
 * and in devices when modules are loaded and the agent waits for its first command. Programs and
 * disks are not in it.
 *
 * Each is a directory, STATE/snapshots/KEY, where the key stands for all that makes the machine what it is:
 * kernel, image, QEMU's program and arguments, and this host, whose clock its CPUs count.
 *
 *	memory0, ...	the memory of each node, without what is zero: machines map it
 *	state		what QEMU says of the rest
 *	console		what the kernel printed until then
 *	frames		what the agent said
 *	stamp		of the contents of all these
 *
 * It is made under another name, KEY.XXXXXX, which is locked, and gets its own when it is
 * complete; what a lab left that was killed meanwhile goes when the next one looks. When there are
 * more than LAB_SNAPSHOTS_MIB of them, those that were not used for longest go.
 */
#ifndef LAB_SNAPSHOT_H
#define LAB_SNAPSHOT_H

#include <stdbool.h>

#include "base/lab_error.h"
#include "base/text.h"

#define LAB_SNAPSHOTS_MIB	2048

struct lab_arch;
struct lab_bed_kind;
struct lab_plan;

struct lab_snapshot {
	char *cache, *dir;
	char *parameters;	/* the kernel's, of machines that it is for */
	char *settings;		/* what the agent is to write when they go on, see CHANNEL_RESUME */
	bool whole;		/* it is there, and as it was made */
	bool claimed;		/* a machine was started to be saved */
	char *making;		/* where it is being made, or NULL */
	int lock;		/* on that */
	bool in_vain;		/* it cannot be made, or does not work: once is enough */
};

/* Why machines of @kind and @arch with these CPUs cannot be restored from snapshots; NULL: they can. */
const char *lab_snapshot_unfit(const struct lab_bed_kind *kind, const struct lab_arch *arch,
			       const char *accel);

/*
 * Look below @state for the snapshot for machines of @plan, and let these be made so that one can be
 * taken: @plan->snapshot becomes @s, to be closed, or stays NULL if that fails, of which a note tells.
 */
void lab_snapshot_open(struct lab_snapshot *s, const char *state, struct lab_plan *plan);

/* Begin to make it. Returns 0, and @s->making is a directory for its files, or -errno. */
int lab_snapshot_begin(struct lab_snapshot *s, struct lab_error *e);

/*
 * Its state is there: keep it, with all the rest; of @memory, for LAB_MAX_NODES, those that are not -1
 * are copied. Returns 0 or -errno; it is not being made any more.
 */
int lab_snapshot_keep(struct lab_snapshot *s, const int memory[], const struct lab_text *console,
		      const struct lab_text *frames, struct lab_error *e);

/* Make it no longer. */
void lab_snapshot_drop(struct lab_snapshot *s);

/* It does not work: remove it, and make no other. */
void lab_snapshot_spoil(struct lab_snapshot *s);

/* Free what @s holds, and drop what is being made. */
void lab_snapshot_close(struct lab_snapshot *s);

#endif
