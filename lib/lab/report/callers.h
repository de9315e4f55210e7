/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAB_CALLERS_H
#define LAB_CALLERS_H

#include <jansson.h>

#include "base/paths.h"
#include "base/text.h"

/*
 * Who called what in a run, @results: {"EVENT FUNCTION": {"PROGRAM": times}}, by the lines
 * "# callers: EVENT FUNCTION TIMES" that programs end with. A function that is there and did
 * not call has an object without programs. The caller owns it.
 */
json_t *lab_callers(json_t *results);

/*
 * As Markdown: a row for each of them, a column for each of the array @runs:
 * {"kernel", "callers": of lab_callers()}.
 */
void lab_callers_table(struct lab_text *t, json_t *runs);

/* "lab callers RUN..." */
int lab_callers_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
