/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all commands share that run "lab run" many times over: one run of it, watched
 * and interruptible.
 */
#ifndef LAB_CAMPAIGN_H
#define LAB_CAMPAIGN_H

#include <jansson.h>
#include <signal.h>
#include <stdio.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/progress.h"
#include "run/options.h"

struct lab_campaign {
	const struct lab_paths *paths;
	struct lab_progress progress;
	sigset_t signals;
	int stopped_by;		/* the signal that interrupted a run, or 0 */
};

/*
 * Set up @c, and block from now on what would end the lab. Returns 0 or -errno;
 * lab_progress_end() is due for the progress in either case.
 */
int lab_campaign_begin(struct lab_campaign *c, const struct lab_paths *paths, bool quiet,
		       struct lab_error *e);

/*
 * One run with @options, whose directory "out" exists; its output goes to lab.log there.
 * @what and @left are shown on the status line meanwhile. Returns 0 with the run's
 * results, the caller's, or NULL if it was interrupted (see @stopped_by); or -errno if
 * the run itself could not be carried out.
 */
int lab_campaign_run(struct lab_campaign *c, const struct lab_options *options, const char *what,
		     const char *left, json_t **results, struct lab_error *e);

/* The exit code of a campaign's runs: that of @results. */
int lab_campaign_code(json_t *results);

/* PROGRAM:CASE of a case of results.json, or PROGRAM for what stands for all of it; to be freed. */
char *lab_campaign_title(json_t *one);

/* "lab soak" and "lab matrix": do what the arguments say; they return the exit code. */
int lab_soak_main(int argc, char *argv[], const struct lab_paths *paths);
int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths);

struct lab_matrix_run {
	const char *title;	/* of its column */
	json_t *results;	/* its results.json */
};

/*
 * Runs side by side as Markdown: programs with their counts and the verdict of each run;
 * what failed, with reason and evidence; how many were skipped for which reason; and all
 * tests that did not pass everywhere.
 */
void lab_matrix_table(FILE *f, const struct lab_matrix_run *runs, size_t nr);

#endif
