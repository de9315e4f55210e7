/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command lines of "lab bisect" and "lab bisect-step". What is run and how is said
 * by the options of lab run; which kernel is not, since a bisection is about that.
 */
#ifndef LAB_BISECT_OPTIONS_H
#define LAB_BISECT_OPTIONS_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "run/options.h"

/* Strings point into the command line, and are NULL if they were not given. */
struct lab_bisect_options {
	const char *tree, *out;
	const char *config;		/* one more fragment of configuration */
	long runs, good_runs;		/* 0: not given */
	struct lab_options run;
	const char *good, *bad;		/* commits; of lab bisect alone, as is */
	bool again;
	bool errors_count;		/* of lab bisect-step alone */
	/* Set by lab_bisect_options_check(): */
	char ksrc[PATH_MAX];		/* the tree, absolute */
	char dir[PATH_MAX];		/* where kernel, steps and report go, absolute; it need not exist */
	char about[128], cc[256];	/* what the suite says about itself, see suite.h */
};

/* Parsers whose input is a struct lab_bisect_options, zeroed. */
extern const struct argp lab_bisect_argp;
extern const struct argp lab_bisect_step_argp;

/*
 * Is all of it there: tree, configuration, tests? Changes nothing. Returns 0, or -EINVAL
 * if the user has to change something.
 */
int lab_bisect_options_check(struct lab_bisect_options *o, const struct lab_paths *paths,
			     struct lab_error *e);

/* The options that a verdict on a commit depends on, an array of words; the caller's. */
json_t *lab_bisect_options_words(const struct lab_bisect_options *o);

#endif
