/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What people see while the lab works: on a terminal one status line that is
 * rewritten, above it lines that stay; elsewhere only the lines that stay.
 */
#ifndef LAB_PROGRESS_H
#define LAB_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

struct lab_progress {
	FILE *out;
	bool tty;
	bool quiet;		/* nothing is shown but alerts */
	bool shown;		/* a status line is on the screen */
	long status_ms;		/* when it was last rewritten */
	long started_ms;
	double done;		/* 0 to 1, for the bar; negative: not known */
	long left_ms;		/* negative: not known */
	char (*beds)[160];	/* what each is at, "": nothing */
	unsigned int nr_beds;
};

void lab_progress_init(struct lab_progress *p, FILE *out, bool quiet);

/*
 * Rewrite the status line (terminal only); the time elapsed is put in front.
 * Calls that come thick and fast are passed over.
 */
void lab_progress_status(struct lab_progress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* How much is @done, and the time @left_ms: see there. Shown when the line is next rewritten. */
void lab_progress_estimate(struct lab_progress *p, double done, long left_ms);

/*
 * What @bed is at: all that are at something share the status
 * line. An empty text: nothing any more.
 */
void lab_progress_bed(struct lab_progress *p, unsigned int bed, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line that stays. */
void lab_progress_say(struct lab_progress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, though all else is quiet. */
void lab_progress_alert(struct lab_progress *p, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Take the status line off the screen. */
void lab_progress_clear(struct lab_progress *p);

/* The same for good. */
void lab_progress_end(struct lab_progress *p);

#endif
