/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU as the bed: its command line, its start, what it says and is told, its end.
 *
 * The VM is always emulated, so that it is the same on every machine. QEMU
 * talks to the lab over three socket pairs that it inherits (console, channel,
 * QMP): no socket files that could be left behind, and when the lab dies, even
 * by SIGKILL, the kernel kills QEMU.
 */
#ifndef LAB_QEMU_H
#define LAB_QEMU_H

#include <sys/types.h>

#include "base/lab_error.h"

struct lab_topology {
	const char *name;
	unsigned long mib;		/* its memory */
	const char *cpus[2];		/* of the nodes, as -numa wants it; all NULL: no nodes */
};

/* NULL if there is none of that name (and @e says which there are). */
const struct lab_topology *lab_topology_find(const char *name, struct lab_error *e);

enum lab_socket { LAB_CONSOLE, LAB_CHANNEL, LAB_QMP, LAB_NR_SOCKETS };

struct lab_qemu {
	pid_t pid;			/* its own process group; 0: does not run */
	int fds[LAB_NR_SOCKETS];	/* the lab's ends of the sockets; -1: none, or closed */
	char version[32];		/* "" until it is up and takes commands */
	char shutdown[32];		/* why the machine went: "guest-reset", ...; or "" */
	char refused[160];		/* its last word on a command that it refused, or "" */
	char buf[16384];		/* of QMP, not taken yet */
	size_t fill;
};

struct lab_plan;	/* session.h */

/*
 * Start QEMU for bed @bed of @plan; @q has no descriptor. Returns 0 or -errno.
 * lab_qemu_stop() is due, whatever happens.
 */
int lab_qemu_start(struct lab_qemu *q, const struct lab_plan *plan, unsigned int bed,
		   struct lab_error *e);

/* Close one of the sockets, if it is open. */
void lab_qemu_hang_up(struct lab_qemu *q, enum lab_socket socket);

/* Send a command without arguments over QMP. Returns 0 or -errno; the reply comes later. */
int lab_qemu_command(struct lab_qemu *q, const char *command);

/* Take what has arrived over QMP; at its end it is closed. */
void lab_qemu_read(struct lab_qemu *q);

/* Kill QEMU if it still runs, reap it, close the sockets. */
void lab_qemu_stop(struct lab_qemu *q);

#endif
