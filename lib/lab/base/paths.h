/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the lab finds itself, and what it runs elsewhere: handed to every command.
 */
#ifndef LAB_PATHS_H
#define LAB_PATHS_H

#include <limits.h>

struct lab_arch;

struct lab_paths {
	char build[PATH_MAX];	/* where the lab's own binary lies */
	char repo[PATH_MAX];	/* one above */
	char state[PATH_MAX];	/* what commands make and keep: @build, but where that is installed */
	char invoked[PATH_MAX];	/* how to call the lab again: relative to the repository */
	const struct lab_arch *arch;	/* of the machines under test */
	char target[PATH_MAX];	/* what is built for these: @build, if they are of this machine's */
};

#endif
