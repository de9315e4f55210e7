/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run another program (apt-get, dpkg-deb, make) to its end, with everything
 * that it prints kept in a file, so that a failure can quote the line that
 * matters and name the place of the rest.
 */
#ifndef LAB_TOOL_H
#define LAB_TOOL_H

#include "base/lab_error.h"

struct lab_tool {
	const char *const *argv;	/* ends in NULL; looked up in PATH */
	const char *dir;		/* working directory, or NULL */
	const char *output;		/* file for stdout, replaced */
	const char *log;		/* file for stderr, or NULL: @output */
};

/*
 * Run @tool and wait for it. It reads nothing, speaks English, and dies with
 * the lab. Returns 0 when it exited with 0, -EIO with its first error line
 * when it did not, or another negative errno when it could not be started.
 */
int lab_tool_run(const struct lab_tool *tool, struct lab_error *e);

#endif
