/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command lines of "lab bisect" and "lab bisect-step".
 */
#ifndef LAB_BISECT_OPTIONS_H
#define LAB_BISECT_OPTIONS_H

#include <limits.h>
#include <stdbool.h>

#include "base/paths.h"
#include "base/lab_error.h"
#include "run/options.h"

struct lab_bisect_options {
	char ksrc[PATH_MAX];		/* absolute */
	char dir[PATH_MAX];		/* where all of it goes, absolute; it exists */
	const char *config;		/* one more configuration fragment, or NULL */
	unsigned int runs, good_runs;	/* 0: not given */
	/* lab bisect alone: */
	const char *good, *bad;		/* NULL: not given */
	bool again;
	/* lab bisect-step alone: */
	const char *failing;		/* file of titles, or NULL */
	bool errors_count;
	bool help;
	struct lab_options run;		/* those of lab run */
	char **run_args;		/* the same as words, NULL at the end */
	int nr_run_args;
};

/*
 * Parse the arguments behind "lab" (argv[0] is the command). Strings of @o
 * point into @argv. Returns 0 with @o to be freed by lab_bisect_options_free(),
 * or a negative errno with one line in @e that says what is wrong.
 */
int lab_bisect_options_parse(int argc, char *argv[], const struct lab_paths *paths,
			     struct lab_bisect_options *o, struct lab_error *e);
void lab_bisect_options_free(struct lab_bisect_options *o);

/* Help on the options that both have, for the end of a help text. */
extern const char lab_bisect_options_help[];

#endif
