/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which programs of a suite run, and with which of their tests.
 */
#ifndef LAB_SELECT_H
#define LAB_SELECT_H

#include <jansson.h>

#include "base/lab_error.h"
#include "suite/suite.h"

/*
 * Keep the programs of @suite of which a pattern of @tests (PROGRAM or PROGRAM:CASE, blanks
 * between) selects tests, by @manifest unless it is NULL; CASE becomes an argument. Returns
 * 0, or -ESRCH if a pattern selects nothing, with what it may have been meant to be.
 */
int lab_select_tests(struct lab_suite *suite, const char *tests, json_t *manifest,
		     struct lab_error *e);

/* Put the words of @args behind the arguments of each program. */
void lab_select_args(struct lab_suite *suite, const char *args);

/* Free what is in @p, which is not selected any more. */
void lab_select_free(struct lab_suite_program *p);

#endif
