// SPDX-License-Identifier: GPL-2.0
/*
 * Selecting tests by patterns.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "suite/manifest.h"
#include "suite/select.h"

void lab_select_free(struct lab_suite_program *p)
{
	for (size_t i = 0; i < p->nr_args; i++)
		free(p->args[i]);
	free(p->args);
	free(p->name);
	free(p->runner);
}

static void add_arg(struct lab_suite_program *p, const char *arg)
{
	p->args = lab_realloc(p->args, p->nr_args + 1, sizeof(*p->args));
	p->args[p->nr_args++] = lab_strdup(arg);
}

/* Does "PROGRAM:CASE" select tests of @p?  Then CASE is passed on. */
static bool select_by(struct lab_suite_program *p, const char *pattern, json_t *manifest)
{
	char *cases = lab_strdup(pattern), *program = strsep(&cases, ":");
	bool yes = !fnmatch(program, p->name, 0) && lab_manifest_selects(manifest, p->name, cases);

	if (yes && cases && cases[0]) {
		add_arg(p, "-t");
		add_arg(p, cases);
	}
	free(program);
	return yes;
}

/* Why @pattern selects nothing, and what it may have been meant to be. */
static int nothing_selected(const struct lab_suite *suite, const char *pattern,
			    json_t *manifest, struct lab_error *e)
{
	struct lab_manifest_nearest test = { NULL };
	char *program = lab_strdup(pattern), *cases = strchr(program, ':');
	struct lab_nearest name = { .word = program };

	if (cases)
		*cases++ = '\0';
	for (size_t i = 0; i < suite->nr_programs; i++) {
		lab_nearest_try(&name, suite->programs[i].name);
		if (cases && !fnmatch(program, suite->programs[i].name, 0))
			lab_manifest_nearest(manifest, suite->programs[i].name, cases, &test);
	}
	if (test.test)
		lab_fail(e, 0, "no test matches '%s'; nearest: '%s:%s'; see build/lab list",
			 pattern, test.program, test.test);
	else
		lab_fail(e, 0, "no program of profile %s matches '%s'%s", suite->profile, pattern,
			 name.name ? lab_nearest_hint(&name, "") : "; see build/lab list");
	free(program);
	return -ESRCH;
}

int lab_select_tests(struct lab_suite *suite, const char *tests, json_t *manifest,
		     struct lab_error *e)
{
	char *words = lab_strdup(tests), *rest = words, *word;
	bool *keep = lab_realloc(NULL, suite->nr_programs, sizeof(*keep));
	size_t kept = 0;
	int ret = 0;

	memset(keep, 0, suite->nr_programs * sizeof(*keep));
	while (!ret && (word = strsep(&rest, " "))) {
		bool found = !word[0];

		for (size_t i = 0; word[0] && i < suite->nr_programs; i++) {
			bool selected = select_by(&suite->programs[i], word, manifest);

			keep[i] |= selected;
			found |= selected;
		}
		if (!found)
			ret = nothing_selected(suite, word, manifest, e);
	}
	for (size_t i = 0; !ret && i < suite->nr_programs; i++) {
		if (keep[i])
			suite->programs[kept++] = suite->programs[i];
		else
			lab_select_free(&suite->programs[i]);
	}
	if (!ret)
		suite->nr_programs = kept;
	free(keep);
	free(words);
	return ret;
}

void lab_select_args(struct lab_suite *suite, const char *args)
{
	for (size_t i = 0; i < suite->nr_programs; i++) {
		char *words = lab_strdup(args), *rest = words, *word;

		while ((word = strsep(&rest, " ")))
			if (word[0])
				add_arg(&suite->programs[i], word);
		free(words);
	}
}
