/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab bisect-step": is the kernel that is checked out good or bad?
 *
 * What a step has found is in DIR/steps/COMMIT/step.json, an object with
 *
 *	commit, subject, verdict ("good", "bad", "cannot tell"), reason (a line),
 *	failed, runs (that count), build_seconds, run_seconds,
 *	config (file), kernel (release), failing (titles of tests that failed),
 * and if a run failed, of the first that did:
 *	test (title), evidence (lines), seed (or null), command (to replay it),
 *	results (its directory)
 *
 * beside build.log and run-N, the results of each run.
 */
#ifndef LAB_BISECT_STEP_H
#define LAB_BISECT_STEP_H

#include "base/paths.h"


/* Of a wrong command line; git bisect run stops at codes from 128 on, git's own is this. */
#define LAB_BISECT_EXIT_USAGE	129

/* Where the results of @commit (40 digits) lie below @dir; the caller frees it. */
char *lab_bisect_step_dir(const char *dir, const char *commit);

/* Do what the arguments behind "lab" say; returns the exit code. */
int lab_bisect_step_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
