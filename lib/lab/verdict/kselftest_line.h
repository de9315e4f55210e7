/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What kselftest's runner prints around the output of tests, by run_kselftest.sh as by make:
 *
 *	# selftests: COLLECTION: NAME
 *	# a line of the test
 *	ok 1 selftests: COLLECTION: NAME # SKIP
 */
#ifndef LAB_KSELFTEST_LINE_H
#define LAB_KSELFTEST_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/channel.h"

/*
 * A line of run_kselftest.sh's output as KTAP, which it takes in @buf: a test's own
 * output, which has "# " in front there, indented, and names without "selftests:
 * COLLECTION: ". Rows of tables (see ktap.h) are those of the program. NULL: the runner
 * speaks of itself. A line of @size - 5 bytes or less fits.
 */
const char *lab_kselftest_line(const char *line, size_t len, char *buf, size_t size);

/* How a test ended, in the runner's words. */
struct lab_kselftest_end {
	char collection[128], name[128];
	bool ok, skip;
	char why[128];		/* "SKIP", "exit=1", "TIMEOUT 45 seconds", or "" */
};

/* Is @line the heading of a test? Then @end has its collection and name. */
bool lab_kselftest_title(const char *line, struct lab_kselftest_end *end);

/* Is @line the end of one? Then it is in @end. */
bool lab_kselftest_ending(const char *line, struct lab_kselftest_end *end);

/* The same in the lab's words; a test that could not be started has code 127. */
struct channel_exit lab_kselftest_exit(const struct lab_kselftest_end *end);

#endif
