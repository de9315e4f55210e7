/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Figures that a test measured, each in a line of its output before the result,
 *
 *	# measured: NAME VALUE UNIT
 *
 * NAME of letters a to z, digits and _, VALUE a decimal number. Of a program that knows nothing of
 * this, rows say which figures it prints: the first number that the parentheses of the extended
 * regular expression "pattern" match, or, with an "amount", that amount by the number.
 *
 *	{ "name": "rate", "pattern": "took ([0-9.]+) s", "unit": "/s", "amount": 16384 }
 */
#ifndef LAB_MEASURED_H
#define LAB_MEASURED_H

#include <jansson.h>
#include <stdbool.h>

struct lab_unit {
	const char *name;
	int better;	/* -1: less is, 1: more is, 0: neither; it says how much there was */
	bool exact;	/* any difference is one */
};

/* NULL if there is no such unit. Static storage. */
const struct lab_unit *lab_unit(const char *name);

/*
 * The figures in @lines: {"NAME": {"value": NUMBER, "unit": "UNIT"}}; of one that is there twice
 * the last. What is not as above is no figure. @rows are an array, or NULL. NULL if there are
 * none; else the caller's.
 */
json_t *lab_measured(const char *lines, json_t *rows);

#endif
