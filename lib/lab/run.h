/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab run": one kernel, one verdict.
 */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include <limits.h>

struct lab_paths {
	char build[PATH_MAX];	/* where the lab's own binary lies */
	char repo[PATH_MAX];	/* one above */
	char invoked[PATH_MAX];	/* how to call the lab again: relative to the repository */
};

/* Do what the arguments behind "lab" say (argv[0] is "run"); returns the exit code. */
int lab_run_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
