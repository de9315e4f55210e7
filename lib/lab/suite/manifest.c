// SPDX-License-Identifier: GPL-2.0
/*
 * Joining, reading and asking the manifest.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/json_text.h"
#include "base/text.h"
#include "suite/manifest.h"

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

int lab_manifest_read(const char *target, json_t **manifest, struct lab_error *e)
{
	char *path = lab_format("%s/manifest.json", target);
	int ret = load(path, manifest, e);

	free(path);
	return ret;
}

json_t *lab_manifest_tests(json_t *manifest, const char *program)
{
	json_t *programs = json_object_get(manifest, "programs");

	return json_object_get(json_object_get(programs, program), "tests");
}

/* The name of a test, or of a case of it: TEST/PARAMETERS. */
static bool matches(const char *glob, const char *name, json_t *test)
{
	char *id = lab_format("%.*s", (int)strcspn(name, "/"), name);
	bool yes = !fnmatch(glob, name, 0) || !fnmatch(glob, id, 0) ||
		   !fnmatch(glob, lab_json_text_of(test, "case"), 0);

	free(id);
	return yes;
}

bool lab_manifest_selects(json_t *manifest, const char *program, const char *cases, bool all)
{
	json_t *tests = lab_manifest_tests(manifest, program), *test;
	const char *name;

	if (!cases || !cases[0] || !json_object_size(tests) || json_object_get(tests, cases))
		return true;
	json_object_foreach(tests, name, test) {
		if (json_is_true(json_object_get(test, all ? "all" : "default")) &&
		    matches(cases, name, test))
			return true;
	}
	return false;
}

json_t *lab_manifest_chosen(json_t *manifest, const char *program, const struct lab_argv *args)
{
	json_t *tests = lab_manifest_tests(manifest, program), *chosen, *test;
	bool all = false, some = false;
	const char *name;

	if (!tests)
		return NULL;
	chosen = json_object();
	for (size_t i = 0; i < args->nr; i++) {
		all |= !strcmp(args->words[i], "-a");
		some |= !strcmp(args->words[i], "-t");
	}
	json_object_foreach(tests, name, test) {
		bool would = json_is_true(json_object_get(test, all ? "all" : "default"));
		bool yes = would && !some;

		for (size_t i = 1; !yes && i < args->nr; i++)
			yes = !strcmp(args->words[i - 1], "-t") &&
				(would ? matches(args->words[i], name, test) :
				 !strcmp(args->words[i], name));
		if (yes)
			json_object_set_new(chosen, name, json_null());
	}
	return chosen;
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
