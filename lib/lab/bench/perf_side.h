/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One of two that are compared: a kernel, of which runs are made, or what was recorded of one.
 */
#ifndef LAB_PERF_SIDE_H
#define LAB_PERF_SIDE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"

struct lab_perf_side {
	const char *name;	/* "before" or "now" */
	const char *given;	/* on the command line */
	bool recorded;		/* nothing of it is run */
	json_t *about;		/* kernel, mode, topology, profile of its runs, as far as known */
	json_t *figures;	/* see figures.h */
	unsigned int runs;
};

/*
 * What @given means. A file, or a directory with a results.json, has a record: a results.json, or a
 * file of lines as lab soak and lab_perf_side_line() make them, of which those count that are of
 * the kernel, mode, topology and profile of the last one. Anything else is a kernel. Returns 0; the
 * side's objects are the caller's; or -EINVAL if it is a file of something else.
 */
int lab_perf_side(struct lab_perf_side *s, const char *name, const char *given,
		  struct lab_error *e);

/* Add the run of @results. */
void lab_perf_side_add(struct lab_perf_side *s, json_t *results);

/* A line for a file as above, the caller's. */
json_t *lab_perf_side_line(json_t *results);

void lab_perf_side_clear(struct lab_perf_side *s);

#endif
