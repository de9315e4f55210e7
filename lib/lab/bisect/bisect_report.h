/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a failed run has to show to those who will fix the kernel; and what a bisection
 * has found: a report for its owner, and the draft of a mail.
 */
#ifndef LAB_BISECT_REPORT_H
#define LAB_BISECT_REPORT_H

#include <jansson.h>

#include "base/text.h"
#include "bisect/bisect_git.h"

#define LAB_BISECT_REPORT	"report.txt"
#define LAB_BISECT_MAIL		"mail.txt"

/*
 * Put into @record what bisect.h says about the first run that failed. Its files
 * are in @dir, @results is its results.json, @test its case that failed, or NULL.
 */
void lab_bisect_evidence(json_t *record, json_t *results, const char *dir, json_t *test);

/* Add to the array @lines those of the kernel log @console from its first splat on. */
void lab_bisect_add_splat(json_t *lines, const char *console);

struct lab_bisect_found {
	json_t *steps;			/* records as in bisect.h, the bad end's first */
	enum lab_git_bisection how;	/* LAB_GIT_FOUND or LAB_GIT_NARROWED */
	char first[41];			/* the first bad commit, or one that may be */
	char *log;			/* of git bisect */
	double chance;			/* that a bad commit was taken for good */
	const char *perf;		/* the count that was bisected, or NULL, */
	double limit;			/* and what it must not exceed */
	const char *about;		/* what fails: a few words on the suite */
	const char *cc;			/* who else gets a mail about it, or "" */
	/* Set by lab_bisect_write(): */
	char *said;			/* by git, to be freed; in pieces: */
	char *author, *subject, *date;	/* of the commit */
	char *parent;			/* the commit before it */
};

/* One line that sums up the record @step, without a newline; the caller frees it. */
char *lab_bisect_step_line(json_t *step);

void lab_bisect_report(struct lab_text *t, const struct lab_bisect_found *found);
/* Only for a commit that was found. */
void lab_bisect_mail(struct lab_text *t, const struct lab_bisect_found *found);

/*
 * Let git describe the commit that was found in @tree, and write the report, and the mail
 * if there is one, to @dir; 0 or -errno.
 */
int lab_bisect_write(const char *dir, const char *tree, struct lab_bisect_found *found,
		     struct lab_error *e);

#endif
