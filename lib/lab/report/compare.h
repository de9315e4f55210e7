/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_COMPARE_H
#define LAB_COMPARE_H

#include <jansson.h>

#include "base/paths.h"
#include "base/text.h"

/*
 * What is other in @now than in @before, both a run's results.json: an array of tests for
 * each kind of change ("new_failures": [{"test", "from", "to", "why"}], "fixed",
 * "newly_skipped", "newly_passing", "still_failing", "went", "came"), "slower": pressures
 * with the ratio of their guests' speed, "figures": see lab_figures_compare(), and "worse": whether
 * there is anything to worry about, those two apart. The caller owns it.
 */
json_t *lab_compare(json_t *before, json_t *now);

/* The same, @found, as Markdown. */
void lab_compare_table(struct lab_text *t, json_t *before, json_t *now, json_t *found);

/* "lab compare BEFORE NOW" */
int lab_compare_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
