/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One step of a bisection: is the kernel that is checked out good or bad?
 *
 * What a step has found is in DIR/steps/COMMIT/step.json, an object with
 *
 *	commit, subject, verdict ("good", "bad", "cannot tell"), reason (a line),
 *	options (words that the verdict depends on), sought (titles, or null),
 *	failed, runs (that count), build_seconds, run_seconds,
 *	config (file), kernel (release), failing (titles of tests that failed),
 * and about the first run that failed:
 *	test (title), evidence (lines), console (file), seed (or null),
 *	command (to replay it), results (directory)
 *
 * beside build.log and the results of each run, run-N.
 */
#ifndef LAB_BISECT_STEP_H
#define LAB_BISECT_STEP_H

#include <jansson.h>
#include <signal.h>

#include "base/paths.h"
#include "base/progress.h"
#include "bisect/bisect_options.h"
#include "bisect/bisect_verdict.h"

struct lab_bisect_step {
	const struct lab_paths *paths;
	struct lab_bisect_options options;	/* checked */
	json_t *sought;		/* titles of the tests that the bad end fails, or NULL */
	struct lab_progress *progress;
	const char *what;	/* is going on, for the status line */
	sigset_t signals;	/* lab_process_signals() */
	int stopped_by;		/* set to the signal that interrupted it, or 0 */
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

#endif
