/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What broken tests and kernels must come out as: rows of a JSON file.
 *
 *	[ { "name": "...", "tests": "PATTERN", "profile": "...", "append": "...",
 *	    "exit": [ codes, one of which it must be ],
 *	    "text": [ "all of which the run's files must contain", ... ],
 *	    "fixed": { "exit": [ ... ], "text": [ ... ] } }, ... ]
 *
 * "tests" and "append" may be missing; "profile" is "negative" if it is.
 * "fixed" belongs to a fault of today's kernels: what one without it comes out as.
 */
#ifndef LAB_EXPECT_H
#define LAB_EXPECT_H

#include <stddef.h>

#include "base/lab_error.h"

#define LAB_EXPECT_MAX	8

struct lab_outcome {
	int exits[LAB_EXPECT_MAX];
	size_t nr_exits;
	const char *texts[LAB_EXPECT_MAX];
	size_t nr_texts;
};

struct lab_expect {
	const char *name, *tests, *profile, *append;
	struct lab_outcome broken, fixed;	/* fixed: all zero if there is none */
};

struct lab_expect_list {
	struct lab_expect *rows;
	size_t nr;
	void *json;	/* owns the strings */
};

/* Read @path; 0 with @list to be freed by lab_expect_free(), or -EINVAL. */
int lab_expect_read(const char *path, struct lab_expect_list *list, struct lab_error *e);
void lab_expect_free(struct lab_expect_list *list);

/* The outcome of @x that allows the exit code @code; NULL if none does. */
const struct lab_outcome *lab_expect_outcome(const struct lab_expect *x, int code);

/* The first of its texts that is not in @text; NULL: all are. */
const char *lab_expect_missing(const struct lab_outcome *o, const char *text);

#endif
