/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An installed kselftest instead of the suite, or beside it: what `make kselftest-install` of
 * a kernel has made is packed into the image, and its run_kselftest.sh run, as a
 * system that tests kernels would do. Each of its collections is a program to
 * the lab, each test a subtest of that.
 */
#ifndef LAB_KSELFTEST_H
#define LAB_KSELFTEST_H

#include <stddef.h>

#include "base/lab_error.h"
#include "suite/suite.h"

/*
 * Put the tests of the installed kselftest @dir in the place of @suite's
 * programs, and leave its external modules out: @dir has its own. @tests are
 * globs COLLECTION:TEST, blanks between, NULL for all; a TEST/CASE hands CASE to
 * the test as "-tCASE". @args, or NULL, is handed to each test, after those that
 * @suite has for a program of that name.
 *
 * Returns 0; -ESRCH if @tests names nothing; or another -errno.
 */
int lab_kselftest_select(const char *dir, const char *tests, const char *args,
			 struct lab_suite *suite, struct lab_error *e);

/*
 * Make programs of those tests that @suite has beside its own, as far as the kselftest @dir
 * has them; the others are left out: all of them if @dir is NULL. Returns 0; -ESRCH if that leaves
 * nothing; or another -errno.
 */
int lab_kselftest_join(const char *dir, struct lab_suite *suite, struct lab_error *e);

#endif
