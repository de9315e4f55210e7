/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest that is kept out while a row takes a part of its memory, and is then sent to
 * pages of its own choice by the host, who counts its faults.
 *
 * One vCPU, one area. Between take_part_out() and take_part_back() it does nothing but
 * what take_part_visit() sends it to; before and after, it is at its usual work.
 */
#ifndef TAKE_PART_H
#define TAKE_PART_H

#include "scenario/scenario.h"

#define TAKE_PART_PAGES	32	/* that the guest visits */

/* Of these. */
struct part {
	unsigned int first, nr;
};

struct take_part {
	struct scenario spec;
	struct scenario_run run;	/* its observers: the first of the area, the second of all */
	struct press press;		/* of the row on the whole area */
};

/* What was seen of the area so far, and of anything in the process that others did. */
struct take_part_seen {
	uint64_t notifications, pages;
	uint64_t others;
};

/* No call: the module has notifiers told of a range, and takes nothing. */
extern const struct pressure take_part_reap;

/*
 * take_part_begin() / take_part_end() - the guest, at its usual work
 * @row: works on parts of an area, with the guest kept out
 *
 * take_part_end() must follow; it judges what every scenario is judged by.
 */
int take_part_begin(struct take_part *t, const struct pressure *row,
		    const struct backing *backing, struct result *r);
void take_part_end(struct take_part *t, bool healthy, struct result *r);

/* take_part_out() - keep the guest out, which may find any of its pages taken from now on */
int take_part_out(struct take_part *t, struct result *r);

/* take_part_back() - back to its usual work; Return: 0, or -1: it makes no progress there */
int take_part_back(struct take_part *t, struct result *r);

/* take_part_round_out() - as far as a granule of the backing reaches */
struct part take_part_round_out(const struct take_part *t, const struct part *part);

/* take_part_bytes() - how much of the area it is that the row takes */
size_t take_part_bytes(const struct take_part *t, const struct part *part);

/* take_part() - have the row take it, as if these pages were all there is */
int take_part(struct take_part *t, const struct part *part, struct result *r);

/*
 * take_part_visit() - send the guest to some of its pages, once each at least
 * @faults: set to how often it faulted
 *
 * Return: 0, or -1 with a failure of progress, or a skip: nobody counts faults.
 */
int take_part_visit(struct take_part *t, const struct part *part, unsigned long long *faults,
		    struct result *r);

/*
 * take_part_settle() - until the guest has all of its pages
 * @faults: of its last round, 0 unless it never had
 */
int take_part_settle(struct take_part *t, unsigned long long *faults, struct result *r);

/* take_part_look() - what the observers have seen */
int take_part_look(const struct take_part *t, struct take_part_seen *seen, struct result *r);

/* Rows that can take a part, and the backings on which a program runs them. */
struct take_part_row {
	const char *pressure;
	unsigned int on;
	unsigned int extra;	/* of these, those that do not run by default */
};

/* By default the mm's ways to zap, to move and to protect where they differ. */
extern const struct take_part_row take_part_rows[];
extern const unsigned int nr_take_part_rows;

#endif
