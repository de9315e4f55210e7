/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab run": one kernel, one verdict; by itself, or as a part of something larger, started
 * by the lab itself, once or often.
 */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include <jansson.h>
#include <sys/types.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "run/options.h"

/* Do what the arguments behind "lab" say (argv[0] is "run"); returns the exit code. */
int lab_run_main(int argc, char *argv[], const struct lab_paths *paths);

/* The same for a run that was cut short, in @dir (see resume.h): what is left of it. */
int lab_run_resumed(int argc, char *argv[], const char *dir, const struct lab_paths *paths);

/*
 * Start this lab's "lab run" with @options, its output into file @log, or to ours if
 * NULL. Returns its process, for lab_process_wait() or lab_process_watch(), or -errno.
 */
pid_t lab_run_start(const struct lab_paths *paths, const struct lab_options *options,
		    const char *log, struct lab_error *e);

/*
 * The same with --shell, and the commands @script on its stdin; its stdout and stderr go to
 * file @log.
 */
pid_t lab_run_start_shell(const struct lab_paths *paths, const struct lab_options *options,
			  const char *script, const char *log, struct lab_error *e);

/*
 * What it left in @dir after it had ended with exit code @code: its results.json, the
 * caller's. They say "fail" while a run is under way: of one that did not come to its
 * end, or stopped before there was anything to run, there are none. Then NULL, and @e
 * quotes the last line of @log.
 */
json_t *lab_run_results(const char *dir, int code, const char *log, struct lab_error *e);

#endif
