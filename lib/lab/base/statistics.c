// SPDX-License-Identifier: GPL-2.0
#include <gsl/gsl_fit.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/statistics.h"
#include "base/text.h"

/* Enough that the ends of the interval do not depend on the seed by more than a percent. */
#define DRAWS	4000

static double *sorted(const double *values, size_t n)
{
	double *copy = lab_realloc(NULL, n, sizeof(*copy));

	memcpy(copy, values, n * sizeof(*copy));
	gsl_sort(copy, 1, n);
	return copy;
}

struct lab_spread lab_spread(const double *values, size_t n)
{
	double *all = sorted(values, n);
	struct lab_spread s = {
		.least = all[0],
		.quartile_1 = gsl_stats_quantile_from_sorted_data(all, 1, n, .25),
		.median = gsl_stats_median_from_sorted_data(all, 1, n),
		.quartile_3 = gsl_stats_quantile_from_sorted_data(all, 1, n, .75),
		.most = all[n - 1],
	};

	free(all);
	return s;
}

static bool all_positive(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(values[i] > 0))
			return false;
	return n > 0;
}

/* The median of @n values drawn from the @n @values; @room for them. */
static double draw_median(gsl_rng *rng, const double *values, double *room, size_t n)
{
	/* gsl takes either as not const. */
	gsl_ran_sample(rng, room, n, (void *)values, n, sizeof(*values));
	gsl_sort(room, 1, n);
	return gsl_stats_median_from_sorted_data(room, 1, n);
}

bool lab_ratio(const double *before, size_t m, const double *now, size_t n, double confidence,
	       struct lab_interval *ratio)
{
	double *draws, *room, tail = (1 - confidence) / 2;
	gsl_rng *rng;

	if (!all_positive(before, m) || !all_positive(now, n))
		return false;
	/* Seeded alike each time. */
	rng = gsl_rng_alloc(gsl_rng_mt19937);
	draws = lab_realloc(NULL, DRAWS, sizeof(*draws));
	room = lab_realloc(NULL, m > n ? m : n, sizeof(*room));
	for (size_t i = 0; i < DRAWS; i++) {
		double was = draw_median(rng, before, room, m);

		draws[i] = draw_median(rng, now, room, n) / was;
	}
	gsl_sort(draws, 1, DRAWS);
	*ratio = (struct lab_interval) {
		.low = gsl_stats_quantile_from_sorted_data(draws, 1, DRAWS, tail),
		.value = lab_spread(now, n).median / lab_spread(before, m).median,
		.high = gsl_stats_quantile_from_sorted_data(draws, 1, DRAWS, 1 - tail),
	};
	free(room);
	free(draws);
	gsl_rng_free(rng);
	return true;
}

static bool differ(const double *values, size_t n)
{
	struct lab_spread s = lab_spread(values, n);

	return s.most > s.least;
}

bool lab_exponent(const double *x, const double *y, size_t n, struct lab_interval *exponent)
{
	double *logs, start, slope, var_start, cov, var_slope, squares, error;

	if (!all_positive(x, n) || !all_positive(y, n) || !differ(x, n))
		return false;
	logs = lab_realloc(NULL, 2 * n, sizeof(*logs));
	for (size_t i = 0; i < n; i++) {
		logs[i] = log(x[i]);
		logs[n + i] = log(y[i]);
	}
	gsl_fit_linear(logs, 1, logs + n, 1, n, &start, &slope, &var_start, &cov, &var_slope,
		       &squares);
	free(logs);
	error = n > 2 ? 2 * sqrt(var_slope) : 0;
	*exponent = (struct lab_interval) { slope - error, slope, slope + error };
	return true;
}
