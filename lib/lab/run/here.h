/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run on a machine that is there: what cannot be asked of it, and what this one is like.
 */
#ifndef LAB_HERE_H
#define LAB_HERE_H

#include "bed/board.h"
#include "run/options.h"
#include "suite/suite.h"
#include "verdict/results.h"

/*
 * Refuse options that do not go with a machine which is there, be it this one or, unless it is
 * NULL, @board: 0 or -EINVAL.
 */
int lab_here_check(const struct lab_options *options, const struct lab_board *board,
		   struct lab_error *e);

/*
 * Fill in @r's parameters, topology and mode: the mode is the one of @suite most of whose
 * parameters the loaded modules have; of those that have none, the first.
 */
void lab_here_describe(const struct lab_suite *suite, struct lab_results *r);

#endif
