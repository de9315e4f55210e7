/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands that run "lab run" many times over: what they share, a run that is watched and
 * interruptible, and what they make of the results.
 */
#ifndef LAB_CAMPAIGN_H
#define LAB_CAMPAIGN_H

#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/progress.h"
#include "base/text.h"
#include "engine/engine.h"
#include "run/options.h"

/* "lab soak" and "lab matrix": do what the arguments say; they return the exit code. */
int lab_soak_main(int argc, char *argv[], const struct lab_paths *paths);
int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths);

struct lab_campaign {
	const struct lab_paths *paths;
	struct lab_progress progress;
	sigset_t signals;
	int stopped_by;		/* the signal that interrupted a run, or 0 */
	const char *status;	/* of the run that is under way */
};

/*
 * Set up @c, and block from now on what would end the lab. Returns 0 or -errno;
 * lab_progress_end() is due for the progress in either case.
 */
int lab_campaign_begin(struct lab_campaign *c, const struct lab_paths *paths, bool quiet,
		       struct lab_error *e);

/*
 * One run with @options, whose directory "out" exists; its output goes to lab.log there.
 * @status is shown on the status line meanwhile. Returns 0 with the run's results, the
 * caller's, or NULL if it was interrupted (see @stopped_by); or -errno if the run itself
 * could not be carried out.
 */
int lab_campaign_run(struct lab_campaign *c, const struct lab_options *options,
		     const char *status, json_t **results, struct lab_error *e);

/* The exit code of a campaign's runs: that of @results. */
int lab_campaign_code(json_t *results);

/* Is that one of something that failed? */
bool lab_campaign_is_bad(json_t *results);

struct lab_matrix_run {
	const char *name, *title;	/* of its directory, and of its column */
	json_t *job;			/* what is known of the cell */
	json_t *results;		/* its results.json; where there is none, "lost" is the verdict */
};

/*
 * Runs side by side as Markdown: programs with their counts and the verdict of each run;
 * what failed, with reason and evidence; how many were skipped for which reason; and all
 * tests that did not pass everywhere.
 */
void lab_matrix_table(struct lab_text *t, const struct lab_matrix_run *runs, size_t nr);

/* The same at a glance, for a browser: kernels by modes, each linked to the page of its run. */
void lab_matrix_page(FILE *f, const struct lab_matrix_run *runs, size_t nr);

/*
 * Make matrix.md, matrix.json, matrix.xml and matrix.html in directory @out from the cells that
 * cells.json there names; sweep what is left of jobs that died. @engine, or NULL, is asked why cells
 * have no result. Returns the exit code of the matrix: LAB_EXIT_PASS, LAB_EXIT_FAIL if something
 * failed, or LAB_EXIT_INFRASTRUCTURE if a cell is lost or, with @e, if this cannot be done. Without an
 * error @e is "".
 */
int lab_matrix_merge(const char *out, const struct lab_engine *engine, struct lab_error *e);

/*
 * The results of a soak: a file with one JSON object a line, one line a run. A run's setup
 * (kernel, mode, selection, programs, ...) is part of its line: runs are counted together
 * only if they are of the same setup.
 *
 * The line for a run: @setup, what of @results (a run's results.json) is worth keeping, by
 * how many @burners the machine was kept busy, its @load average of the last five minutes,
 * and the run's directory if it is @kept, or NULL. NULL if these are no results; else the
 * caller's.
 */
json_t *lab_soak_record(json_t *setup, json_t *results, long burners, double load,
			const char *kept);

/* Append a line to @path, on disk on return; 0 or -errno. */
int lab_soak_append(const char *path, json_t *record, struct lab_error *e);

struct lab_soak_count {
	unsigned long runs, failed;		/* conclusive ones */
	unsigned long tests, failed_tests;	/* in these; skipped ones are none */
};

struct lab_soak_tally {
	struct lab_soak_count all, busy;	/* busy: of these, those under load */
	struct lab_soak_count others;		/* the same setup but for the programs */
	unsigned long inconclusive;
	unsigned long unreadable;		/* lines that are no record */
	double seconds;				/* that the conclusive runs took */
	json_t *failures;			/* "program:case": in how many runs */
	json_t *deaths;				/* "program": machines that died under it */
};

/*
 * Count what @path has of @setup. A file that does not exist has none. Returns 0 or -errno;
 * lab_soak_clear() is due after both.
 */
int lab_soak_read(const char *path, json_t *setup, struct lab_soak_tally *t,
		  struct lab_error *e);
void lab_soak_clear(struct lab_soak_tally *t);

/*
 * The tests of the next run, as for --tests: @tests (NULL: all) without the programs under
 * which three machines died, which would cost every run another one. To be freed; NULL: all.
 */
char *lab_soak_tests(const struct lab_soak_tally *t, const char *tests);

/*
 * For people: counts, and with which rates of failure they are compatible; @title names
 * the setup.
 */
void lab_soak_report(FILE *f, const char *title, const struct lab_soak_tally *t);

#endif
