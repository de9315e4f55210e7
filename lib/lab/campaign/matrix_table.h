/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several runs side by side.
 */
#ifndef LAB_MATRIX_TABLE_H
#define LAB_MATRIX_TABLE_H

#include <jansson.h>
#include <stdio.h>

struct lab_matrix_run {
	const char *title;	/* of its column */
	json_t *results;	/* its results.json */
};

/*
 * As Markdown: programs with their counts and the verdict of each run; what failed, with
 * reason and evidence; how many were skipped for which reason; and all tests that did not
 * pass everywhere.
 */
void lab_matrix_table(FILE *f, const struct lab_matrix_run *runs, size_t nr);

#endif
