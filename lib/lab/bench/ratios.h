/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which figures are to be held against which, a file:
 *
 *	[ { "name": "faults of *", "figure": "p_test:fault.*.on/rate",
 *	    "to": [ "other_*:other_test/rate", ... ], "target": 1.0 }, ... ]
 *
 * A "*" stands for the same in all of them, and each match is a ratio of its own. Of several
 * "to" that were measured it is the best. Without any the figure is a ratio by itself.
 */
#ifndef LAB_RATIOS_H
#define LAB_RATIOS_H

#include <jansson.h>

#include "base/lab_error.h"

/* How sure an interval is. */
#define LAB_RATIOS_CONFIDENCE	0.95

/*
 * The ratios of @figures, as lab_figures_add() makes them, for rows as above: an array, the
 * caller's, of { name, figure, to, ratio, low, high, target, met }. More than 1 is better than the
 * other, be it a rate or a cost. "met" is "yes" or "no" if the whole interval (of a figure by
 * itself: all rounds) says so, else "unsure"; null without a "target". Where nothing can be said
 * @missing gets a line with the reason.
 */
json_t *lab_ratios(json_t *rows, json_t *figures, json_t *missing);

/* Are @rows as above? Returns 0 or -EINVAL. */
int lab_ratios_check(json_t *rows, struct lab_error *e);

#endif
