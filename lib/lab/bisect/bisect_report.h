/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a bisection has found: a report for its owner, a mail for the author.
 */
#ifndef LAB_BISECT_REPORT_H
#define LAB_BISECT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bisect/bisect_git.h"

struct lab_bisect_found {
	json_t *state;			/* as bisect_state.h describes */
	enum lab_git_bisection how;	/* LAB_GIT_FOUND or LAB_GIT_NARROWED */
	char first[41];			/* the first bad commit, or one that may be */
	char *author, *subject, *date;	/* of it */
	char *parent;			/* the commit before it */
	char *log;			/* of git bisect */
	double chance;			/* that a bad commit was taken for good */
};

/*
 * Ask git about the commit in @found, of which @state, @how, @first and @chance are
 * set. Returns 0 or -errno; lab_bisect_found_free() frees in both cases what it was
 * given by git.
 */
int lab_bisect_describe(struct lab_bisect_found *found, const char *tree, struct lab_error *e);
void lab_bisect_found_free(struct lab_bisect_found *found);

/* A line on @step, as it is printed while it goes on, without its end. */
void lab_bisect_print_step(FILE *f, json_t *step);

void lab_bisect_report(FILE *f, const struct lab_bisect_found *found);

/* Only for one that was found. */
void lab_bisect_mail(FILE *f, const struct lab_bisect_found *found);

#define LAB_BISECT_REPORT	"report.txt"
#define LAB_BISECT_MAIL		"mail.txt"

/* Write the report, and the mail if there is one, into @dir; 0 or -errno. */
int lab_bisect_write(const char *dir, const struct lab_bisect_found *found, struct lab_error *e);
/* Is the file @name, one of these two, in @dir? */
bool lab_bisect_has(const char *dir, const char *name);
/* Remove both from @dir, if they are there; 0 or -errno. */
int lab_bisect_forget(const char *dir, struct lab_error *e);

#endif
