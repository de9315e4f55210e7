/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cell of a matrix: one run, described in a file so that it can be carried out anywhere, at any
 * time, and more than once.
 *
 *	DIR.job		the description, JSON: what it is a run of, and the options of it
 *	DIR		the run's directory. With the stamp of the description it is the cell's
 *			result; without, "lost" in it says why there is none.
 *	DIR.XXXXXX	the same while the run is under way
 *
 * Whoever carries out a cell does so in a directory of its own, and gives it its name at the end.
 * So a job may be started again while an earlier one of it lives on somewhere: the first to come
 * to an end has made the result, and what the others have is removed.
 */
#ifndef LAB_CELL_H
#define LAB_CELL_H

#include <jansson.h>
#include <signal.h>

#include "base/fingerprint.h"
#include "base/lab_error.h"
#include "base/paths.h"
#include "run/options.h"

struct lab_cell {
	char *dir;			/* with a slash at least */
	json_t *job;			/* the description */
	struct lab_fingerprint stamp;	/* of what is run; "": it cannot be run */
};

/* A run that is watched: these are what a campaign has. */
struct lab_watch {
	const struct lab_paths *paths;
	const sigset_t *signals;	/* blocked, of lab_process_signals() */
	int *stopped_by;		/* the signal that interrupted a run, or 0 */
	void (*tick)(void *arg);	/* called once a second, unless NULL */
	void *arg;
};

/*
 * "lab run" with @options, whose directory "out" exists; its output goes to lab.log there. Returns
 * 0 with the run's results, the caller's, or NULL if it was interrupted; or -errno if the run
 * itself could not be carried out.
 */
int lab_watched_run(const struct lab_watch *w, const struct lab_options *options,
		    json_t **results, struct lab_error *e);

/*
 * Describe in @c the run with @options, but for the directory, which is @dir, absolute. @job, an
 * object, is used up: "title" in it is for people; "setup", of lab_setup_describe(), is what it is a
 * run of; without, "lost" says why it cannot be run. lab_cell_clear() is due.
 */
void lab_cell_describe(struct lab_cell *c, const char *dir, json_t *job,
		       const struct lab_options *options);

/* Write it to DIR.job, and read it from there, as "DIR.job" is given without its end. 0 or -errno. */
int lab_cell_write(const struct lab_cell *c, struct lab_error *e);
int lab_cell_read(struct lab_cell *c, const char *dir, struct lab_error *e);
void lab_cell_clear(struct lab_cell *c);

/* The last part of its directory; for people. Both live as long as the cell. */
const char *lab_cell_name(const struct lab_cell *c);
const char *lab_cell_title(const struct lab_cell *c);

/* Its results.json, the caller's; NULL if there is no result of what is described. */
json_t *lab_cell_results(const struct lab_cell *c);

/* Why there is none, as far as it is known, else ""; to be freed. */
char *lab_cell_lost(const struct lab_cell *c);

/* Leave word of that, unless there is a result. 0 or -errno. */
int lab_cell_lose(const struct lab_cell *c, const char *why, struct lab_error *e);

/*
 * Carry it out unless there is a result: returns 0 if there is one then, be it of a kernel that
 * panicked; -EINTR if it was interrupted, or another -errno. It leaves word of what went wrong.
 */
int lab_cell_run(const struct lab_cell *c, const struct lab_watch *w, struct lab_error *e);

/*
 * The same if what would be run is still what is described: -ESTALE if kernel, programs or options
 * have become others.
 */
int lab_cell_carry_out(const struct lab_cell *c, const struct lab_watch *w, struct lab_error *e);

/* Remove what jobs left behind that came to no end; those that run keep theirs. 0 or -errno. */
int lab_cell_sweep(const struct lab_cell *c, struct lab_error *e);

/* "lab cell DIR": carry it out, for an engine; returns the exit code, 0 if there is a result. */
int lab_cell_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
