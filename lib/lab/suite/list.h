/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "lab list": the manifest for people.
 */
#ifndef LAB_LIST_H
#define LAB_LIST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/paths.h"

struct lab_list {
	char **words;		/* what is listed has to do with each of them; none: all */
	size_t nr_words;
	bool verbose;		/* with everything that is known of it, and every test */
	bool names;		/* nothing but names of programs and tests, one a line */
	const char *arch;	/* see lab_arch_take() */
	const char *invoked;	/* how the lab was called, for the commands that are shown */
};

/* Print @manifest to @f. Returns whether there was anything to print. */
bool lab_list_print(FILE *f, const struct lab_list *list, json_t *manifest);

int lab_list_main(int argc, char *argv[], const struct lab_paths *paths);

#endif
