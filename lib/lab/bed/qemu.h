/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU as the bed: its command line, its start and its end.
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
#include "suite/suite.h"

struct lab_topology {
	const char *name;
	unsigned long mib;		/* its memory */
	const char *cpus[2];		/* of the nodes, as -numa wants it; all NULL: no nodes */
};

/* NULL if there is none of that name (and @e says which there are). */
const struct lab_topology *lab_topology_find(const char *name, struct lab_error *e);

struct lab_qemu_spec {
	const char *kernel, *image;	/* -kernel, -initrd */
	const char *parameters;		/* kernel command line */
	const char *cpu;		/* -cpu */
	char *const *disks;		/* raw images; the VM may write to them */
	size_t nr_disks;		/* LAB_MAX_DISKS at most */
	const struct lab_topology *topology;
	const char *log;		/* file for what QEMU itself says */
};

struct lab_qemu {
	pid_t pid;	/* its own process group; 0: does not run */
	int console;	/* the lab's ends of the sockets */
	int channel;
	int qmp;
};

/*
 * Start QEMU. Returns 0, or -errno with nothing left open or running. After
 * success lab_qemu_stop() is due, whatever happens.
 */
int lab_qemu_start(const struct lab_qemu_spec *spec, struct lab_qemu *q, struct lab_error *e);

/* Kill QEMU if it still runs, reap it, close the sockets. */
void lab_qemu_stop(struct lab_qemu *q);

#endif
