/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The results of a soak: a file with one JSON object a line, one line a run.
 *
 * A run's setup (kernel, mode, selection, programs, ...) is part of its line:
 * runs are counted together only if they are of the same setup.
 */
#ifndef LAB_SOAK_RESULTS_H
#define LAB_SOAK_RESULTS_H

#include <jansson.h>
#include <stdio.h>

#include "base/lab_error.h"
#include "run/setup.h"

/* How a run went that is no part of its results. */
struct lab_soak_bed {
	unsigned int burners;	/* processes that kept this machine busy, 0: none */
	double load;		/* load average of its last five minutes */
	const char *kept;	/* the run's directory if it is kept, or NULL */
};

/*
 * The line for a run: @setup, what of @results (a run's results.json) is worth
 * keeping, and @bed. NULL if these are no results; else the caller's.
 */
json_t *lab_soak_record(json_t *setup, json_t *results, const struct lab_soak_bed *bed);

/* Append a line to @path, on disk on return; 0 or -errno. */
int lab_soak_append(const char *path, json_t *record, struct lab_error *e);

struct lab_soak_count {
	unsigned long runs, failed;		/* conclusive ones */
	unsigned long tests, failed_tests;	/* in these; skipped ones are none */
};

struct lab_soak_tally {
	struct lab_soak_count calm, busy;	/* without and with load */
	struct lab_soak_count others;		/* the same setup but for the programs */
	unsigned long inconclusive;
	unsigned long unreadable;		/* lines that are no record */
	double seconds;				/* that the conclusive runs took */
	json_t *failures;			/* "program:case": in how many runs */
};

/*
 * Count what @path has of @setup. A file that does not exist has none. Returns
 * 0 with @t to be freed by lab_soak_free(), or -errno.
 */
int lab_soak_read(const char *path, json_t *setup, struct lab_soak_tally *t,
		  struct lab_error *e);
void lab_soak_free(struct lab_soak_tally *t);

/*
 * For people: counts, and with which rates of failure they are compatible; @title names
 * the setup.
 */
void lab_soak_report(FILE *f, const char *title, const struct lab_soak_tally *t);

#endif
