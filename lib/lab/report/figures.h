/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Measured figures of runs, side by side.
 *
 * A figure goes by the name PROGRAM:TEST/NAME. Counts are exact, as are differences of them.
 * Times, rates and exponents are not: whether they differ is said only if they were measured so
 * often that it can be no accident, and if the whole interval in which their ratio lies is
 * on one side.
 */
#ifndef LAB_FIGURES_H
#define LAB_FIGURES_H

#include <jansson.h>

#include "base/text.h"

/* How sure a statement is, and by which part a figure has to differ at least. */
#define LAB_FIGURES_CONFIDENCE	0.99
#define LAB_FIGURES_MARGIN	0.05

/*
 * Add what tests of the run @results measured that passed to @all, an object:
 * {"FIGURE": {"unit": UNIT, "case": CASE, "values": [NUMBER, ...]}}, a value for each time
 * that the test ran. A figure is left out whose unit or case is not the one that is there.
 */
void lab_figures_add(json_t *all, json_t *results);

/* Add @more, as above, to @all: results of other runs. */
void lab_figures_join(json_t *all, json_t *more);

/* The numbers of a figure as above, @nr of them; to be freed. */
double *lab_figure_values(json_t *figure, size_t *nr);

/*
 * What both @before and @now have, as above, and is better or worse: an array, the caller's, of
 *
 *	{"figure", "unit", "before", "now": medians, "rounds": [before, now], "change"}
 *
 * and for all but counts "ratio", "low", "high": by what it costs more now, with its interval;
 * of rates it is that of before to now, of exponents that of what twice the size costs. "change" is
 * "worse", "better", or "same": it is not said to differ, and "few": too few rounds to say. Pages
 * and bytes are left out. @margin is as LAB_FIGURES_MARGIN.
 */
json_t *lab_figures_compare(json_t *before, json_t *now, double margin);

/* Those of @rows whose change is @change, as Markdown under a heading @title; nothing if there are none. */
void lab_figures_table(struct lab_text *t, json_t *rows, const char *change, const char *title);

#endif
