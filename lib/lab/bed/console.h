/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VM's console as the lab reads it: lines of the kernel log, in which a
 * panic and the last words of init are recognised. Pure: bytes in, facts out.
 */
#ifndef LAB_CONSOLE_H
#define LAB_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

struct lab_console {
	char line[512];
	size_t fill;
	bool any;		/* something was printed at all */
	char cause[256];	/* first line of an oops, "" if none */
	char panic[320];	/* the panic, with its cause where it is not the same, or "" */
	bool panic_done;	/* the kernel has printed all that it will */
	char init_said[256];	/* why init gave up, or "" */
};

/* Take @len bytes of console output. */
void lab_console_feed(struct lab_console *c, const char *buf, size_t len);

#endif
