/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The little of QEMU's machine protocol that the lab needs: to give a command
 * and to hear why the machine shut down.
 */
#ifndef LAB_QMP_H
#define LAB_QMP_H

#include <stdbool.h>
#include <stddef.h>

struct lab_qmp {
	int fd;			/* stream socket; not owned */
	bool greeted;		/* QEMU is up and takes commands */
	char version[32];	/* of QEMU */
	char shutdown[32];	/* reason of the SHUTDOWN event: "guest-reset", ...; "" before it */
	char refused[160];	/* the last error reply, or "" */
	char buf[16384];
	size_t fill;
};

/* Take what has arrived. Returns 1, 0 at the end of the stream, or -errno. */
int lab_qmp_read(struct lab_qmp *q);

/* Send a command without arguments. Returns 0 or -errno; the reply comes later. */
int lab_qmp_command(struct lab_qmp *q, const char *command);

#endif
