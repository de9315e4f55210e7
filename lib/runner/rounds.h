/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Things that are compared are measured in turns, round by round, so that a machine that gets
 * busy meets them all. What counts is the median of the rounds; how far they are apart says how
 * much it is worth.
 */
#ifndef ROUNDS_H
#define ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#define ROUNDS_MIN	5
#define ROUNDS_MAX	31

/* Of one thing, zeroed at first. */
struct rounds {
	unsigned int nr;
	double at[ROUNDS_MAX];
};

/* rounds_add() - @value of one more round, at most ROUNDS_MAX of them */
void rounds_add(struct rounds *s, double value);

/* rounds_quantile() - what the part @q of the rounds does not exceed; 0.5: the median */
double rounds_quantile(const struct rounds *s, double q);

/*
 * rounds_enough() - is this enough evidence?
 * @s: what matters most of what is compared
 * @since_ns: when the first round began, of now_ns()
 *
 * It is if the middle half of the rounds agrees to a few per cent, or if it has taken seconds.
 */
bool rounds_enough(const struct rounds *s, uint64_t since_ns);

/*
 * rounds_exponent() - by which cost grows with size, as size^exponent: least squares on logarithms
 * @size, @cost: @nr of them, positive
 */
double rounds_exponent(const double *size, const double *cost, unsigned int nr);

/*
 * rounds_measured() - print the median as a figure that was measured, and then the quartiles:
 *
 *	# spread: NAME from LOW to HIGH UNIT in N rounds
 *
 * @name, @unit: see runner/measured.h; nothing is printed without a round
 */
void rounds_measured(const struct rounds *s, const char *name, const char *unit);

#endif
