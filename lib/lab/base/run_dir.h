/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory of a run's results. Beside the reports it holds the logs:
 *
 *	console.log		the kernel's, of the first bed
 *	channel.log		what init and the lab said to each other
 *	qemu.log, agent.log	what QEMU, or the agent on a machine that is up, had to say itself
 *	console.bed2.log	the same of the second bed, and so on
 *
 * A bed whose machine died gets another one, whose logs follow in the same files, after a
 * line "---- machine 2 of this bed ----".
 */
#ifndef LAB_RUN_DIR_H
#define LAB_RUN_DIR_H

#include <limits.h>

#include "base/lab_error.h"

/*
 * Make directory @wanted with its parents (it may exist), or, if @wanted is NULL, a new
 * one BUILD/runs/DATE-TIME. Its absolute path goes to @out. Returns 0 or -errno.
 */
int lab_run_dir_make(const char *build, const char *wanted, char out[PATH_MAX],
		     struct lab_error *e);

/* What that would return for @wanted, which is not NULL: nothing is made. */
int lab_run_dir_check(const char *wanted, struct lab_error *e);

/* Let the link "latest" beside @out point to it; 0 or -errno. */
int lab_run_dir_latest(const char *out, struct lab_error *e);

/*
 * "OUT/NAME.ENDING", where the first bed keeps it, or "OUT/NAME.bedN.ENDING" for those
 * behind it. The caller frees it.
 */
char *lab_run_file(const char *out, const char *name, unsigned int bed, const char *ending);

#endif
