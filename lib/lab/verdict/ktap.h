/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reader of KTAP: lines in, events out. It reads what kselftest programs print
 * in all kernel series ("TAP version 13" and "KTAP version 1"):
 *
 *  - the plan comes first, "1..0 # SKIP reason" skips the whole program;
 *  - "# text" lines, and lines that are no KTAP at all, belong to the next
 *    result;
 *  - "# |" at the beginning of a line is a row of the program's table, which
 *    belongs to no result: what a program measured, one Markdown row a line;
 *  - "# samples: JSON" is what the next result's test measured of itself, see samples.h;
 *    if it is not as it says there, it is a line like any other;
 *  - "#  RUN  name ..." (kselftest_harness.h) names the case that runs, which
 *    also names results that carry no name of their own, and a case that hangs;
 *  - results of a nested, indented subtest become cases "parent/name"; the
 *    parent's own result is checked against them and not counted again.
 *
 * Everything that makes results doubtful is an event of its own: numbers that
 * jump, a plan that is missing or not met, names seen twice, "Bail out!".
 */
#ifndef LAB_KTAP_H
#define LAB_KTAP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum ktap_status {
	KTAP_PASS,
	KTAP_FAIL,
	KTAP_ERROR,	/* the test could not be carried out: no verdict on the kernel */
	KTAP_SKIP,
	KTAP_XFAIL,	/* a failure that was expected: counts as passed */
};

enum ktap_event_kind {
	KTAP_PLAN,	/* number: cases to come */
	KTAP_CASE,	/* name, status, reason, diagnostics, samples */
	KTAP_ROW,	/* reason: a row, from its first | on */
	KTAP_SKIP_ALL,	/* reason: the whole program is skipped */
	KTAP_PROBLEM,	/* reason: why the output cannot be trusted */
};

/* Texts are never NULL and valid only during the call. */
struct ktap_event {
	enum ktap_event_kind kind;
	enum ktap_status status;
	unsigned long number;
	const char *name;
	const char *reason;
	const char *diagnostics;	/* lines, each ended by \n */
	json_t *samples;	/* borrowed; or NULL */
};

typedef void (*ktap_event_fn)(void *arg, const struct ktap_event *event);

struct ktap_reader;

/* A reader that calls @fn(@arg, event); freed by ktap_free(). */
struct ktap_reader *ktap_new(ktap_event_fn fn, void *arg);
void ktap_free(struct ktap_reader *r);

/* One line without its newline. Control characters are read as '?'. */
void ktap_line(struct ktap_reader *r, const char *line, size_t len);

/* A line from elsewhere (stderr), to be kept with the next result. */
void ktap_remark(struct ktap_reader *r, const char *line, size_t len);

/* The output is complete: check the plan, give out what is pending. */
void ktap_end(struct ktap_reader *r);

/* Diagnostics after the last result; valid until the next call. */
const char *ktap_pending(const struct ktap_reader *r);

/* Name of the case that runs, as far as known, or "". */
const char *ktap_running(const struct ktap_reader *r);

const char *ktap_status_name(enum ktap_status status);

/* Is it "not ok": a failure, or an error? */
bool ktap_failed(enum ktap_status status);

#endif
