/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run on the very machine that it may kill: what it takes to go on behind the program that
 * killed it, when the machine is up again.
 *
 * Kept in the run's directory are its options and what the agent said (channel.log), which is
 * on disk before a program begins and after it has ended. As long as a run is not over, a link
 * in the lab's state directory leads there.
 */
#ifndef LAB_RESUME_H
#define LAB_RESUME_H

#include "base/paths.h"
#include "bed/session.h"
#include "run/options.h"

/* What is kept in the run's directory, and the link in the state directory. */
#define LAB_UNFINISHED		"unfinished.json"
#define LAB_UNFINISHED_LINK	"unfinished"

/* "lab resume [DIR]" */
int lab_resume_main(int argc, char *argv[], const struct lab_paths *paths);

/* A run with @options in @out begins, or goes on. Returns 0 or -errno. */
int lab_resume_keep(const char *out, const struct lab_options *options,
		    const struct lab_paths *paths, struct lab_error *e);

/* It is over. */
void lab_resume_drop(const char *out, const struct lab_paths *paths);

/*
 * Fill in @plan, and its results, by what came of the run before. A program that ran when the
 * machine died has failed, with what pstore kept of the end; one that ran when only the lab
 * died is run again. After three deaths in a row without a program begun nothing more is.
 * Returns 0 or -errno.
 */
int lab_resume_replay(struct lab_plan *plan, struct lab_error *e);

#endif
