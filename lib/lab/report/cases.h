/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A results.json, its cases, and cells of tables about them.
 */
#ifndef LAB_CASES_H
#define LAB_CASES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/lab_error.h"
#include "base/text.h"

/* Read that of @run: its directory, or the file. Returns 0, the caller owns @results, or -EINVAL. */
int lab_results_load(const char *run, json_t **results, struct lab_error *e);

/* Is their verdict what the tests said, and not how the machine or the run ended? */
bool lab_verdict_is_of_tests(json_t *results);

/* PROGRAM:CASE, or PROGRAM for what stands for all of it; to be freed. */
char *lab_case_title(json_t *one);

/* Did it fail, or could it not be carried out? */
bool lab_case_failed(json_t *one);

/* By its own words: the contract that was broken, or else the reason; "" if it has none. */
const char *lab_case_why(json_t *one);

/* How many pages a second the guest visited under pressure, and before. Does the test tell? */
bool lab_case_speed(json_t *one, double *under, double *baseline);

/* Add "| @text ", a cell of a table in Markdown, which a bar in it would end. */
void lab_report_cell(struct lab_text *t, const char *text);

#endif
