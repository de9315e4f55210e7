/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of "lab run". Parsing is pure: it reads argv and touches
 * nothing else, so that every complaint can be tested.
 */
#ifndef LAB_OPTIONS_H
#define LAB_OPTIONS_H

#include <stdbool.h>

#include "base/lab_error.h"

struct lab_options {
	const char *series;	/* of Debian's kernels; NULL: its default */
	const char *kernel, *modules, *kdir;	/* NULL: Debian's kernel */
	const char *append;	/* more kernel parameters, or NULL */
	const char *tests;	/* PROGRAM or PROGRAM:CASE, both globs; NULL: all */
	const char *add;	/* a directory of files for the VM, or NULL */
	const char *args;	/* more arguments of each program, or NULL */
	const char *profile;	/* NULL: "default" */
	const char *kselftest;	/* directory of an installed one; NULL: the suite */
	const char *mode;	/* NULL: the suite's default */
	const char *topology;	/* NULL: "numa2" */
	const char *out;	/* NULL: a new directory under build/runs */
	long beds;		/* virtual machines side by side, 0: as many as fit */
	long timeout;		/* seconds for the whole run, 0: from the programs' limits */
	bool quiet;
	bool help;
};

/*
 * Parse the arguments behind "run" (argv[0] is "run"). The strings of @o point
 * into @argv. Returns 0, or -EINVAL with one line in @e that says what is wrong
 * and what to do. Whether a mode, a profile or a topology exists is not checked.
 */
int lab_options_parse(int argc, char *const argv[], struct lab_options *o,
		      struct lab_error *e);

/* The help text. */
extern const char lab_options_help[];

#endif
