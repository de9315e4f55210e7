/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What counted trials say of a rate: the exact bound of Clopper and Pearson,
 * which holds for few trials and for no failure at all.
 */
#ifndef LAB_BINOMIAL_H
#define LAB_BINOMIAL_H

/*
 * The rate of failure that @trials with @failures among them rule out: were it
 * higher, so few failures would come about with a probability below
 * 1 - @confidence (one-sided; @confidence in (0, 1)). Without a failure that is
 * 1 - (1 - @confidence)^(1/@trials). Returns 1 if nothing is ruled out: no
 * trials, or nothing but failures.
 */
double lab_binomial_upper(unsigned long failures, unsigned long trials, double confidence);

#endif
