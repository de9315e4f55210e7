/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MEASURED_H
#define MEASURED_H

/*
 * measured() - print a figure that the running test measured, for the lab to compare
 * @name: of letters a to z, digits and _; together with the test's id it says what was measured
 * @value: finite
 * @unit: "count" (exact, as notifications per call are), "us", "s" and "exponent" (of the cost
 *	over the size), of which less is better; "/s", and "ratio" of such rates, of which more is;
 *	"pages", "bytes", which say how much there was
 *
 * A figure of a test that does not pass is worth nothing, and the lab leaves it out.
 */
void measured(const char *name, double value, const char *unit);

#endif
