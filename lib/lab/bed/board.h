/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A board: a machine elsewhere that is reached by ssh, and what else leads to it, as a JSON
 * file says:
 *
 *	{
 *	  "ssh": "root@board",
 *	  "ssh_options": [ "-p", "2222", ... ],		may be left out
 *	  "console": "tcp:HOST:PORT", or a command that prints it, such as "ipmitool ... sol activate";
 *			left out: the kernel log comes by ssh, as long as that lives
 *	  "power": { "on": COMMAND, "off": ..., "cycle": ..., "nmi": ..., "status": prints "on" or "off" },
 *			each may be left out
 *	  "kernel": "as-is" (default), "kexec", or a command, which finds the kernel's path in
 *			LAB_KERNEL and its parameters in LAB_PARAMETERS, and makes the board boot it
 *	  "directory": "/var/tmp/mn-lab",		of the lab's own on the board; the default
 *	  "boot_seconds": 300				until ssh answers, at most; the default
 *	}
 *
 * Commands are of this host, for its shell.
 */
#ifndef LAB_BOARD_H
#define LAB_BOARD_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"
#include "base/process.h"

struct lab_board {
	json_t *json;			/* to which texts belong; those left out are NULL */
	json_t *ssh_options;
	const char *ssh, *console, *kernel, *directory;
	const char *on, *off, *cycle, *nmi, *status;
	int boot_seconds;
};

#define LAB_BOARD_WORD	160

/* What a probe of the board finds. */
enum lab_board_state {
	LAB_BOARD_SILENT,	/* nothing answers in time */
	LAB_BOARD_REFUSES,	/* something answers, but no login comes of it */
	LAB_BOARD_DENIES,	/* it answers, but not to us: the file, or a key, is wrong */
	LAB_BOARD_UP,
};

/* Returns 0, or -EINVAL with what is wrong with the file. It is the process's for life. */
int lab_board_read(const char *path, struct lab_board *b, struct lab_error *e);

/* Is a kernel that the lab names to be booted there? */
bool lab_board_boots(const struct lab_board *b);

/* Add to @a the words that run @command, for its shell, on the board. */
void lab_board_words(const struct lab_board *b, struct lab_argv *a, const char *command);

/* Run @command there; as lab_process_output(), and not for longer than @seconds. */
int lab_board_run(const struct lab_board *b, int seconds, const char *command, char **text,
		  struct lab_error *e);

/*
 * Is it up? Then @word is the id of this boot, else the last line that ssh had to say. Takes
 * seconds.
 */
enum lab_board_state lab_board_probe(const struct lab_board *b, char word[LAB_BOARD_WORD]);

/*
 * Wait until it is up: one that is off is switched on, one that does not come up in time has its
 * power cycled, once. Returns 0 with @boot_id filled in, or -errno.
 */
int lab_board_reach(const struct lab_board *b, char boot_id[LAB_BOARD_WORD],
		    struct lab_error *e);

/* Run a command of its power; NULL: there is none. Returns 0 or -errno. */
int lab_board_power(const char *command, struct lab_error *e);

/* Does its power say that it is off? Not if it does not say. */
bool lab_board_is_off(const struct lab_board *b);

#endif
