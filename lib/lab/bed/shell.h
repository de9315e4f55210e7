/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A shell in the machine, at our own stdin, stdout and stderr: on a terminal one for people,
 * else one for scripts.
 */
#ifndef LAB_SHELL_H
#define LAB_SHELL_H

#include <stdbool.h>

#include "agent/channel.h"
#include "base/terminal.h"

/* What stops the machine at once when it is typed: Ctrl-]. */
#define LAB_SHELL_ESCAPE	0x1d

struct lab_shell {
	/* Set by the caller. */
	bool tty;		/* stdin and stdout are a terminal */
	const char *greeting;	/* lines for people; NULL: none */

	/* The outcome. */
	bool ended;
	int code;		/* exit code, or 128 + the signal that killed it */

	/* Inner state. */
	bool runs;
	bool closed;		/* stdin is at its end */
	bool given;		/* what was read last is not taken yet */
	struct lab_terminal terminal;
};

struct lab_session;	/* session.h */

/* Start it in the machine of @s, which is ready. */
void lab_shell_start(struct lab_session *s);

/* The descriptor to poll for input; -1: none is wanted now, or there is no shell. */
int lab_shell_fd(const struct lab_session *s);

/* There is input: hand it on. */
void lab_shell_input(struct lab_session *s);

/* Our terminal has another size. */
void lab_shell_resized(struct lab_session *s);

/* Act on what init says of the shell; false: it speaks of something else. */
bool lab_shell_frame(struct lab_session *s, const struct channel_frame *frame);

#endif
