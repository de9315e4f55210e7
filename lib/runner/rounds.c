// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "runner/measured.h"
#include "runner/rounds.h"

#define STEADY		0.05	/* of the median */
#define LONGEST_NS	4000000000ULL

void rounds_add(struct rounds *s, double value)
{
	if (s->nr < ROUNDS_MAX)
		s->at[s->nr++] = value;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double rounds_quantile(const struct rounds *s, double q)
{
	double sorted[ROUNDS_MAX], at = q * (s->nr - 1);
	unsigned int below = at;

	if (!s->nr)
		return 0;
	memcpy(sorted, s->at, s->nr * sizeof(*sorted));
	qsort(sorted, s->nr, sizeof(*sorted), compare);
	if (below + 1 == s->nr)
		return sorted[below];
	return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

bool rounds_enough(const struct rounds *s, uint64_t since_ns)
{
	double spread;

	if (s->nr < ROUNDS_MIN)
		return false;
	spread = rounds_quantile(s, 0.75) - rounds_quantile(s, 0.25);
	return s->nr == ROUNDS_MAX || now_ns() - since_ns > LONGEST_NS ||
	       spread < STEADY * rounds_quantile(s, 0.5);
}

double rounds_exponent(const double *size, const double *cost, unsigned int nr)
{
	double x = 0, y = 0, xx = 0, xy = 0;
	unsigned int n;

	for (n = 0; n < nr; n++) {
		x += log(size[n]) / nr;
		y += log(cost[n]) / nr;
	}
	for (n = 0; n < nr; n++) {
		xx += (log(size[n]) - x) * (log(size[n]) - x);
		xy += (log(size[n]) - x) * (log(cost[n]) - y);
	}
	return xy / xx;
}

void rounds_measured(const struct rounds *s, const char *name, const char *unit)
{
	if (!s->nr)
		return;
	measured(name, rounds_quantile(s, 0.5), unit);
	printf("# spread: %s from %.4g to %.4g %s in %u rounds\n", name, rounds_quantile(s, 0.25),
	       rounds_quantile(s, 0.75), unit, s->nr);
	fflush(stdout);
}
