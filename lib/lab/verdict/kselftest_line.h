/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What run_kselftest.sh prints, made KTAP again.
 */
#ifndef LAB_KSELFTEST_LINE_H
#define LAB_KSELFTEST_LINE_H

#include <stddef.h>

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
