/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a few measurements say, and how far they can be trusted. Times on a shared machine have
 * heavy tails, so medians and quartiles stand for means and deviations.
 */
#ifndef LAB_STATISTICS_H
#define LAB_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* Of some values, in their unit. */
struct lab_spread {
	double least, quartile_1, median, quartile_3, most;
};

/* An estimate, and where the true value is. */
struct lab_interval {
	double low, value, high;
};

/* Of the @n values, 1 or more. */
struct lab_spread lab_spread(const double *values, size_t n);

/*
 * Ratio of the median of the @n values @now to that of the @m values @before, with the
 * interval that holds @confidence (0 to 1) of what a bootstrap finds: values are drawn from
 * either side at random, as many as it has, and their medians compared, again and again.
 * The same values give the same interval. False if a side has no values or one that is not
 * above 0: then there is no ratio.
 */
bool lab_ratio(const double *before, size_t m, const double *now, size_t n, double confidence,
	       struct lab_interval *ratio);

/*
 * Exponent of @y as a power of @x: the slope through their logarithms, with the interval
 * of twice its standard error. False if there are not two different @x, or one of the @n values
 * is not above 0. With two points only the interval is the exponent itself.
 */
bool lab_exponent(const double *x, const double *y, size_t n, struct lab_interval *exponent);

#endif
