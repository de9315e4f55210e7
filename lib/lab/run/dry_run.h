/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What would be run, for people.
 */
#ifndef LAB_DRY_RUN_H
#define LAB_DRY_RUN_H

#include <stdio.h>

#include "kernel/kernel.h"
#include "report/forecast.h"
#include "run/options.h"
#include "suite/suite.h"
#include "verdict/results.h"

struct lab_dry_run {
	const struct lab_options *options;
	const struct lab_suite *suite;
	const struct lab_results *results;	/* of nothing yet */
	const struct lab_kernel *kernel;	/* as far as it can be known, see kernel.h */
	struct lab_forecast *forecast;
};

/* Print it on @f. */
void lab_dry_run(FILE *f, const struct lab_dry_run *d);

#endif
