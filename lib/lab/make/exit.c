// SPDX-License-Identifier: GPL-2.0
/*
 * $(exit-with N) for GNU make, which ends it at once with exit code N.
 *
 * Of a recipe that failed make itself only says 2. To git bisect run that means a
 * bad commit, also where nothing could be told of it, which is 125.
 */
#include <gnumake.h>
#include <stdio.h>
#include <stdlib.h>

/* make loads nothing without it. */
int plugin_is_GPL_compatible;

int make_exit_gmk_setup(const gmk_floc *where);

/* Without a number it does nothing: so it is with make -n. */
static char *exit_with(const char *name, unsigned int argc, char **argv)
{
	char *end;
	long code;

	(void)name;
	(void)argc;
	code = strtol(argv[0], &end, 10);
	if (end == argv[0])
		return NULL;
	fflush(NULL);
	exit((int)code);
}

int make_exit_gmk_setup(const gmk_floc *where)
{
	(void)where;
	gmk_add_function("exit-with", exit_with, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
