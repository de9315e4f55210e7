/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Known issues: failures that a kernel is known to have, so that they do not hide new ones. A
 * file has an array of
 *
 *	{ "test": "PROGRAM:CASE, a glob",
 *	  "message": "extended regular expression that the failure's own message matches",
 *	  "since": "5.12", "before": "7.3",	the kernels that have it; each may be missing
 *	  "mode": "tdp", "architecture": "x86_64",	these may, too: any
 *	  "reason": "one line", "link": "where it is written down" }
 *
 * Only what says so in the same words is the known failure: one of another kind in the same
 * test is a failure.
 */
#ifndef LAB_KNOWN_H
#define LAB_KNOWN_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"
#include "base/paths.h"
#include "base/text.h"

/* What an issue's kernels and machines are compared with. */
struct lab_known_where {
	const char *kernel;		/* release */
	const char *mode, *machine;
};

/* Read @path. Returns 0 with @known to be json_decref()ed, or -EINVAL: what is wrong is told. */
int lab_known_read(const char *path, json_t **known, struct lab_error *e);

/* The same of the suite of @paths; a tree without the file has none, and *@known is NULL. */
int lab_known_of_suite(const struct lab_paths *paths, json_t **known, struct lab_error *e);

/* The issue that @message of test @title is, borrowed from @known, or NULL. */
json_t *lab_known_find(json_t *known, const struct lab_known_where *where, const char *title,
		       const char *message);

/* Is @title a test in which @issue shows, on such a machine, if it is still there? */
bool lab_known_concerns(json_t *issue, const struct lab_known_where *where, const char *title);

#endif
