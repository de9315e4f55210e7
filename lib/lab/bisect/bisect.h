/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab bisect", which finds the commit that broke it, and "lab bisect-step", which
 * git bisect run calls: is the kernel that is checked out good or bad?
 *
 * DIR/state.json is an object that says what is being bisected:
 *
 *	good, bad: { name (as it was given), commit },
 *	options (words: what a verdict on a commit depends on),
 *	stage: "running" (git bisects in the tree), "stopped" (interrupted, or an error;
 *	the tree is as it was), "done"
 *
 * What a step has found is in DIR/steps/COMMIT/step.json, an object with
 *
 *	commit, subject, verdict ("good", "bad", "cannot tell"), reason (a line),
 *	options (as above), sought (titles, or null),
 *	failed, runs (that count), build_seconds, run_seconds,
 *	config (file), fixup (the patch without which it was not built),
 *	kernel (release), failing (titles of tests that failed),
 *	value (of the count that is bisected, the last that was measured),
 * and about the first run that failed:
 *	test (title), evidence (lines), console (file), seed (or null),
 *	command (to replay it), results (directory)
 *
 * beside build.log and the results of each run, run-N.
 */
#ifndef LAB_BISECT_H
#define LAB_BISECT_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "base/fingerprint.h"
#include "base/paths.h"
#include "campaign/campaign.h"
#include "run/options.h"

/*
 * The command lines. Strings point into them, and are NULL if they were not given. What is
 * run and how is said by the options of lab run; which kernel is what a bisection is about.
 */
struct lab_bisect_options {
	const char *tree, *out;
	const char *config;		/* one more fragment of configuration */
	const char *fixup_file;		/* a patch, see bisect_fixup.h */
	long runs, good_runs;		/* good_runs 0: not given */
	struct lab_options run;
	const char *good, *bad;		/* commits; of lab bisect alone */
	bool again, first_parent;
	bool errors_count;		/* of lab bisect-step alone */
	const char *perf;		/* a count that decides: PROGRAM:TEST/NAME; see bisect_count.h */
	const char *limit_given;	/* for it, as it was given, or NULL */
	double limit;			/* the same; or what follows from the ends */
	/* Set by lab_bisect_options_check(), the paths absolute: */
	char ksrc[PATH_MAX];		/* the tree */
	char fixup[PATH_MAX];		/* the patch, or "" */
	struct lab_fingerprint fixup_is;	/* what is in it */
	char dir[PATH_MAX];		/* where kernel, steps and report go; it need not exist */
	char about[128], cc[256];	/* what the suite says about itself, see suite.h */
};

/* Parsers whose input is a struct lab_bisect_options, zeroed. */
extern const struct argp lab_bisect_argp, lab_bisect_step_argp;

/*
 * Is all of it there: tree, configuration, tests? Changes nothing. Returns 0, or -EINVAL
 * if the user has to change something.
 */
int lab_bisect_options_check(struct lab_bisect_options *o, const struct lab_paths *paths,
			     struct lab_error *e);

/* The options that a verdict on a commit depends on, an array of words; the caller's. */
json_t *lab_bisect_options_words(const struct lab_bisect_options *o);

struct lab_bisect_step {
	struct lab_bisect_options options;	/* checked */
	json_t *sought;		/* titles of the tests that the bad end fails, or NULL */
	struct lab_campaign campaign;
	const char *what;	/* is going on, for the status line */
};

/* What was found about @commit before, with the same options; NULL: nothing. The caller's. */
json_t *lab_bisect_step_load(const struct lab_bisect_step *s, const char *commit);

/*
 * Build @commit, which is checked out, run the tests until the verdict is sure, and
 * write step.json. Returns 0 with the same in *@record, the caller's; -EINTR if a
 * signal came; or another -errno if something is wrong that is not the commit's.
 */
int lab_bisect_step(struct lab_bisect_step *s, const char *commit, json_t **record,
		    struct lab_error *e);

/* Do what the arguments behind "lab" say (argv[0] is the command); both return the exit code. */
int lab_bisect_main(int argc, char *argv[], const struct lab_paths *paths);
int lab_bisect_step_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
