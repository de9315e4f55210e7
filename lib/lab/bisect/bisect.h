/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab bisect", which finds the commit that broke it, and "lab bisect-step", which
 * git bisect run calls.
 *
 * DIR/state.json is an object that says what is being bisected:
 *
 *	good, bad: { name (as it was given), commit },
 *	options (words: what a verdict on a commit depends on),
 *	stage: "running" (git bisects in the tree), "stopped" (interrupted, or an error;
 *	the tree is as it was), "done"
 *
 * What was found about a commit is in DIR/steps/COMMIT/step.json, see bisect_step.h.
 */
#ifndef LAB_BISECT_H
#define LAB_BISECT_H

#include "base/paths.h"

/* Do what the arguments behind "lab" say (argv[0] is the command); both return the exit code. */
int lab_bisect_main(int argc, char *argv[], const struct lab_paths *paths);
int lab_bisect_step_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
