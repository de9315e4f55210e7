/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bisection by a count: a commit is bad if what a test measured there is more than a limit.
 * Only counts, which are exact: to tell times apart takes many runs of both, see lab perf.
 */
#ifndef LAB_BISECT_COUNT_H
#define LAB_BISECT_COUNT_H

#include <jansson.h>

#include "bisect/bisect_verdict.h"

struct lab_bisect_count {
	const char *figure;	/* PROGRAM:TEST/NAME */
	double limit;
	/* Set by the function: */
	double value;		/* if there is one */
	json_t *test;		/* the case that measured it, in its results, or NULL */
	char why[512];		/* one line */
};

/*
 * What a run says that ended with exit code @code and left @results (NULL if there are none):
 * LAB_BISECT_BROKE if the value is above the limit, LAB_BISECT_PASSED if not. Of a test that did
 * not pass the count is worth nothing; that is LAB_BISECT_UNFIT, or LAB_BISECT_NOTHING if another
 * run may say more.
 */
enum lab_bisect_run lab_bisect_classify_count(json_t *results, int code,
					      struct lab_bisect_count *c);

#endif
