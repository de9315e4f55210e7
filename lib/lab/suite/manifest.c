// SPDX-License-Identifier: GPL-2.0
/*
 * Joining, reading and asking the manifest.
 */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/text.h"
#include "suite/manifest.h"

#define LONGEST	255	/* letters of a glob or a name that are compared */

static int load(const char *path, json_t **json, struct lab_error *e)
{
	json_error_t jerr;

	*json = json_load_file(path, JSON_REJECT_DUPLICATES, &jerr);
	if (*json && json_is_object(json_object_get(*json, "programs")))
		return 0;
	if (*json)
		lab_fail(e, 0, "%s: no \"programs\" there", path);
	else if (jerr.line < 0)
		lab_fail(e, 0, "%s; make all builds it", jerr.text);
	else
		lab_fail(e, 0, "%s: line %d: %s", path, jerr.line, jerr.text);
	json_decref(*json);
	*json = NULL;
	return -EINVAL;
}

int lab_manifest_read(const char *build, json_t **manifest, struct lab_error *e)
{
	char *path = lab_format("%s/manifest.json", build);
	int ret = load(path, manifest, e);

	free(path);
	return ret;
}

static json_t *tests_of(json_t *manifest, const char *program)
{
	json_t *programs = json_object_get(manifest, "programs");

	return json_object_get(json_object_get(programs, program), "tests");
}

bool lab_manifest_selects(json_t *manifest, const char *program, const char *cases)
{
	json_t *tests = tests_of(manifest, program), *test;
	const char *name;

	if (!cases || !cases[0] || !json_object_size(tests))
		return true;
	json_object_foreach(tests, name, test) {
		if (!fnmatch(cases, name, 0))
			return true;
	}
	return false;
}

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Edits of @glob that make it match @name: the edit distance, but that '?' stands for
 * any letter, and '*' for any number of them.
 */
static unsigned int distance(const char *glob, const char *name)
{
	unsigned int row[LONGEST + 1], left, above_left;
	size_t len = strnlen(name, LONGEST), i, j;

	for (j = 0; j <= len; j++)
		row[j] = (unsigned int)j;
	for (i = 0; glob[i] && i < LONGEST; i++) {
		bool any = glob[i] == '*';

		above_left = row[0];
		row[0] += !any;
		for (j = 1; j <= len; j++) {
			left = row[j - 1] + !any;
			above_left += any || (glob[i] != '?' && glob[i] != name[j - 1]);
			left = min(min(left, above_left), row[j] + !any);
			above_left = row[j];
			row[j] = left;
		}
	}
	return row[len];
}

void lab_manifest_nearest(json_t *manifest, const char *program, const char *cases,
			  struct lab_manifest_nearest *nearest)
{
	unsigned int edits;
	const char *name;
	json_t *test;

	json_object_foreach(tests_of(manifest, program), name, test) {
		edits = distance(cases, name);
		if (nearest->test && edits >= nearest->edits)
			continue;
		*nearest = (struct lab_manifest_nearest){ program, name, edits };
	}
}

/* The same entry of two programs is the same; what only one of them has is added. */
static int join(json_t *manifest, const char *path, struct lab_error *e)
{
	json_t *part;
	int ret = load(path, &part, e);

	if (!ret && json_object_update_recursive(manifest, part))
		ret = lab_fail(e, -EINVAL, "%s: cannot be joined with the others", path);
	json_decref(part);
	return ret;
}

int lab_manifest_main(int argc, char *argv[], const struct lab_paths *paths)
{
	json_t *manifest = json_object();
	struct lab_error e;
	int ret = 0;

	(void)paths;
	for (int i = 1; !ret && i < argc; i++)
		ret = join(manifest, argv[i], &e);
	if (!ret && (json_dumpf(manifest, stdout, JSON_COMPACT) || fflush(stdout)))
		ret = lab_fail(&e, -EIO, "the manifest cannot be written: %s", strerror(errno));
	json_decref(manifest);
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	return ret ? LAB_EXIT_INFRASTRUCTURE : 0;
}
