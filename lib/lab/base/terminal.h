/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A terminal that hands on what is typed byte by byte, as long as someone else is at its end.
 */
#ifndef LAB_TERMINAL_H
#define LAB_TERMINAL_H

#include <sys/types.h>
#include <termios.h>

#include "base/lab_error.h"

struct lab_terminal {
	int fd;
	struct termios before;
	pid_t restorer;		/* a process that puts @before back if we die; 0: not raw */
	int alive;		/* a socket to it, which ends with us */
};

/*
 * Make the terminal @fd raw: no echo, no lines, no signals. It is put back by
 * lab_terminal_restore(), or when this process has ended, however that came. Returns 0, or
 * -errno with the terminal as it was.
 */
int lab_terminal_raw(struct lab_terminal *t, int fd, struct lab_error *e);

/* Put it back; nothing if it is not raw. */
void lab_terminal_restore(struct lab_terminal *t);

#endif
