/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run on this very machine: what cannot be asked of it, and what it is like.
 */
#ifndef LAB_HERE_H
#define LAB_HERE_H

#include "run/options.h"
#include "suite/suite.h"
#include "verdict/results.h"

/* Refuse options that another kernel or machine would take. Returns 0 or -EINVAL. */
int lab_here_check(const struct lab_options *options, struct lab_error *e);

/*
 * Fill in @r's parameters, topology and mode: the mode is the one of @suite most of whose
 * parameters the loaded modules have; of those that have none, the first.
 */
void lab_here_describe(const struct lab_suite *suite, struct lab_results *r);

#endif
