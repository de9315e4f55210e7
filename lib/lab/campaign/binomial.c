// SPDX-License-Identifier: GPL-2.0
/*
 * The bound on a rate, by bisection of the distribution itself: its terms are
 * summed as they are defined, in multiples of the largest, so that neither many
 * trials nor small rates leave the range of numbers.
 */
#include <math.h>

#include "campaign/binomial.h"

/* The probability of at most @failures in @trials, at a rate in (0, 1). */
static double at_most(unsigned long failures, unsigned long trials, double rate)
{
	double odds = log(rate) - log1p(-rate);
	double term = (double)trials * log1p(-rate);	/* logarithm of the i-th */
	double largest = term, sum = 1;

	for (unsigned long i = 0; i < failures; i++) {
		term += log((double)(trials - i) / (double)(i + 1)) + odds;
		if (term > largest) {
			sum = sum * exp(largest - term) + 1;
			largest = term;
		} else {
			sum += exp(term - largest);
		}
	}
	return exp(largest) * sum;
}

double lab_binomial_upper(unsigned long failures, unsigned long trials, double confidence)
{
	double low = 0, high = 1;

	if (failures >= trials)
		return 1;
	for (;;) {
		double middle = low + (high - low) / 2;

		/* No number lies between them any more. */
		if (middle <= low || middle >= high)
			return high;
		if (at_most(failures, trials, middle) < 1 - confidence)
			high = middle;
		else
			low = middle;
	}
}
