/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An installed kselftest instead of the suite: what `make kselftest-install` of
 * a kernel has made is packed into the image, and its run_kselftest.sh run, as a
 * system that tests kernels would do. Each of its collections is a program to
 * the lab, each test a subtest of that.
 */
#ifndef LAB_KSELFTEST_H
#define LAB_KSELFTEST_H

#include <stddef.h>

#include "image.h"
#include "lab_error.h"
#include "suite.h"

/*
 * Put the tests of the installed kselftest @dir in the place of @suite's
 * programs, and leave its external modules out: @dir has its own. @tests are
 * globs COLLECTION:TEST, blanks between, NULL for all; a TEST/CASE hands CASE to
 * the test as "-t CASE". @args, or NULL, is handed to each test.
 *
 * Returns 0; -ESRCH if @tests names nothing; or another -errno.
 */
int lab_kselftest_select(const char *dir, const char *tests, const char *args,
			 struct lab_suite *suite, struct lab_error *e);

/*
 * What the image needs: the files of @dir, and what /bin/sh and the like that
 * the scripts use consist of, as @script prints it. @list is a file to write
 * that to. Appends to @files of @nr; strings are the caller's to free, or to
 * leave to its end.
 */
int lab_kselftest_files(const char *dir, const char *script, const char *list,
			struct lab_image_file **files, size_t *nr, struct lab_error *e);

/*
 * A line of run_kselftest.sh's output as KTAP: there a test's own output has
 * "# " in front of each line and the name a preamble, "selftests: COLLECTION: ".
 * Returned is the line with a test's output indented, as KTAP nests, and the
 * bare name. Rows of tables (see ktap.h) are those of the program.
 *
 * It points into @buf, which takes all of a line of @size - 5 bytes or less. NULL:
 * the runner speaks of itself.
 */
const char *lab_kselftest_line(const char *line, size_t len, char *buf, size_t size);

#endif
