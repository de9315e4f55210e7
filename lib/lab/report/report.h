/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports of a run: one writer per format, all from the same results.
 */
#ifndef LAB_REPORT_H
#define LAB_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "base/lab_error.h"
#include "base/progress.h"
#include "verdict/results.h"

/*
 * Write every report into the directory @results->out, each at once by rename,
 * so that a reader sees the old one or the new one. Returns 0 or -errno.
 */
int lab_report_all(const struct lab_results *results, struct lab_error *e);

/* Remove what an earlier run in the directory @out reported; 0 or -errno. */
int lab_report_remove(const char *out, struct lab_error *e);

/* The writers; each returns 0 or -errno. */
int lab_report_json(FILE *f, const struct lab_results *results);
int lab_report_junit(FILE *f, const struct lab_results *results);
int lab_report_ktap(FILE *f, const struct lab_results *results);
int lab_report_summary(FILE *f, const struct lab_results *results);
/* The run at a glance; what programs measured, and why they failed: a chapter for each. */
int lab_report_table(FILE *f, const struct lab_results *results);

/* A page for a browser, which needs nothing but itself. */
int lab_report_page(FILE *f, const struct lab_results *results);

/*
 * JUnit of several runs, a suite each: @runs is {"NAME": its results.json}. One that has the verdict
 * "lost" needs a "reason" and no more.
 */
int lab_report_junit_runs(FILE *f, json_t *runs);

/* The style of the page, for others like it: light and dark. */
extern const char page_css[];

/* Put @text into HTML. */
void lab_report_html(FILE *f, const char *text);

/* What results.json holds; the caller owns it. */
json_t *lab_report_document(const struct lab_results *results);

/* Of the summary only failures and verdict. */
int lab_report_brief(FILE *f, const struct lab_results *results);
/* The summary without a line for each program: they have been seen as they ended. */
int lab_report_end(FILE *f, const struct lab_results *results);

/*
 * report_overview.c. How many tests each oracle judged, and how many it should have but
 * could not: {"NAME": {"judged": N, "not_judged": N}}. The caller owns it.
 */
json_t *lab_report_oracles(const struct lab_results *results);
/* How many tests were skipped for each reason: {"REASON": N}. The caller owns it. */
json_t *lab_report_skips(const struct lab_results *results);
/* @reason with its numbers taken out, to be counted with others like it. To be freed. */
char *lab_report_reason(const char *reason);
/* Append what the results are of: kernel, mode, topology, as far as they are known. */
void lab_report_where(struct lab_text *t, const struct lab_results *results);
/* Both of these counts in lines for the summary, and with the programs in Markdown, on top of the table. */
void lab_report_overview(FILE *f, const struct lab_results *results);
void lab_report_overview_table(FILE *f, const struct lab_results *results);

/*
 * The command that runs case @c of @p again, or all of @p if @c is NULL, quoted
 * for a shell: by the lab, or by hand what the lab did not run. The caller frees it.
 */
char *lab_report_replay(const struct lab_results *results, const struct lab_program *p,
			const struct lab_case *c);

/* Say on @progress that case @c of @p failed, why, and the command that runs it again. */
void lab_report_failed(struct lab_progress *progress, const struct lab_results *results,
		       const struct lab_program *p, const struct lab_case *c);

/* Append @s so that a shell reads it as one word. */
void lab_report_quote(struct lab_text *t, const char *s);

#endif
