/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long tests took, in runs before this one.
 */
#ifndef LAB_PAST_H
#define LAB_PAST_H

#include <jansson.h>

/*
 * What results.json of the newest runs in @runs, a directory of their directories, and @own,
 * one more that is the newest or NULL, say:
 *
 *	{ "PROGRAM ARGS": { "tests": { "NAME": ms, ... }, "other": ms } , ... }
 *
 * ARGS are without those that select tests, "other" is the time of the program in which it
 * ran none. Of each test it is the run that is most like one of @kernel (a release, "" if not
 * known) in @mode, and of several the newest. The member "boot" of it all, if any, is how long
 * a machine took to boot, in ms. The caller's; {} if there are no such runs.
 */
json_t *lab_past_read(const char *runs, json_t *own, const char *kernel, const char *mode);

/* The name of a program with its arguments there, from these, with blanks between; to be freed. */
char *lab_past_key(const char *program, const char *args);

#endif
