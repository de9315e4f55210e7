/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A picture of figures, as SVG that needs nothing else: a row each, with its value and the range in
 * which it lies. It follows the reader's choice of light or dark.
 */
#ifndef LAB_CHART_H
#define LAB_CHART_H

#include <stddef.h>

#include "base/text.h"

struct lab_chart_row {
	const char *label;
	double low, value, high;
	double mark;		/* what it should reach; not above 0: nothing */
};

/* Rows of one scale: by powers of ten if they differ by more than that, else from 0 on. */
struct lab_chart_part {
	const char *title;
	struct lab_chart_row *rows;
	size_t nr;
};

/* Append the picture to @t. */
void lab_chart(struct lab_text *t, const char *title, const struct lab_chart_part *parts, size_t nr);

/* Append @value with four digits, or all it has before the point, and no exponent. */
void lab_chart_number(struct lab_text *t, double value);

#endif
