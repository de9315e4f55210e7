/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine's console as the lab reads it: lines of the kernel log, in which a
 * panic, other complaints of the kernel and the last words of init are recognised.
 * Pure: bytes in, facts out.
 */
#ifndef LAB_CONSOLE_H
#define LAB_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A complaint of the kernel, with what belongs to it. */
struct lab_splat {
	unsigned int program;	/* of those that init has started the how-manyth; 0: before */
	char line[256];		/* its first line */
	struct lab_text trace;	/* that, and the lines that say where it happened */
	unsigned int nr_lines;
	bool starved;		/* set by the caller: the machine was short of CPU by then */
};

struct lab_console {
	char line[512];
	size_t fill;
	bool any;		/* something was printed at all */
	char cause[256];	/* first line of an oops, "" if none */
	char panic[320];	/* the panic, with its cause where it is not the same, or "" */
	bool panic_done;	/* the kernel has printed all that it will */
	char init_said[256];	/* why init gave up, or "" */
	unsigned int begun;	/* programs started */
	struct lab_splat *splats;
	size_t nr_splats;
	unsigned int reach;	/* lines to come that may belong to the last one */
};

/* Take @len bytes of console output. */
void lab_console_feed(struct lab_console *c, const char *buf, size_t len);

/* From now on a panic is the lab's own doing: only where it finds the CPUs is of interest. */
void lab_console_panic_is_provoked(struct lab_console *c);

/*
 * The last complaint during the program that was started last: lines, "" if there is none.
 * Valid until the next call.
 */
const char *lab_console_trace(const struct lab_console *c);

/* What a result is to tell of a trace, in lines; @path, of the whole log, or NULL. To be freed. */
char *lab_console_evidence(const char *trace, const char *path);

/* Free what it holds. */
void lab_console_clear(struct lab_console *c);

#endif
