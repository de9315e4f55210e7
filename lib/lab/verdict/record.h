/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a program's output, as it comes over the channel, to its results.
 */
#ifndef LAB_RECORD_H
#define LAB_RECORD_H

#include "agent/channel.h"
#include "base/progress.h"
#include "verdict/ktap.h"
#include "verdict/results.h"

/* To be told of @c of @p, which failed or could not be carried out, and is not known to. */
typedef void (*lab_failed_fn)(struct lab_progress *progress, const struct lab_results *results,
			      const struct lab_program *p, const struct lab_case *c);

struct lab_record {
	struct lab_program *program;	/* NULL: none runs */
	const struct lab_results *results;	/* of which it is one */
	struct lab_progress *progress;
	lab_failed_fn failed;
	struct ktap_reader *ktap;
	long started_ms;
	long now_ms;		/* when what is read came, if that is long ago; 0: now */
};

/*
 * @program of @results starts; what comes of it goes there. @failed, unless it is NULL, is
 * called with each failure as it comes.
 */
void lab_record_start(struct lab_record *r, const struct lab_results *results,
		      struct lab_program *program, struct lab_progress *progress,
		      lab_failed_fn failed);

/* A line of its output, of @len bytes. */
void lab_record_line(struct lab_record *r, const char *line, size_t len);

/* CHANNEL_OUT, CHANNEL_ERR, CHANNEL_EVIDENCE. */
void lab_record_frame(struct lab_record *r, const struct channel_frame *frame);

/* It ended. */
void lab_record_exit(struct lab_record *r, const struct channel_exit *x);

/* It is as if it had not been started: it will be, again. */
void lab_record_forget(struct lab_record *r);

/*
 * The machine ended under it: for @reason, with @evidence in lines, the case that ran, or
 * the program if that is not known, failed, or for LAB_LOST was skipped for want of a
 * machine. A program runs.
 */
void lab_record_abort(struct lab_record *r, enum lab_cause cause, const char *reason,
		      const char *evidence);

#endif
