// SPDX-License-Identifier: GPL-2.0
/*
 * Selecting tests by patterns.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "suite/manifest.h"
#include "suite/suite.h"

static bool has_word(const struct lab_argv *a, const char *word)
{
	for (size_t i = 0; i < a->nr; i++)
		if (!strcmp(a->words[i], word))
			return true;
	return false;
}

/* Does "PROGRAM:CASE" select tests of @p, called with @args? Then CASE is passed on. */
static bool select_by(struct lab_suite_program *p, const char *pattern,
		      const struct lab_argv *args, json_t *manifest)
{
	char *cases = lab_strdup(pattern), *program = strsep(&cases, ":");
	bool all = has_word(args, "-a") || has_word(&p->args, "-a");
	bool yes = !fnmatch(program, p->name, 0) &&
		   lab_manifest_selects(manifest, p->name, cases, all);

	if (yes && cases && cases[0])
		lab_argv_add_all(&p->args, "-t", cases, NULL);
	free(program);
	return yes;
}

/* Why @pattern selects nothing, and what it may have been meant to be. */
static int nothing_selected(const struct lab_suite *suite, const char *pattern,
			    json_t *manifest, struct lab_error *e)
{
	char *program = lab_strdup(pattern), *cases = strchr(program, ':');
	const char *of = NULL, *test = NULL, *key;
	struct lab_nearest name = { .word = program };
	size_t least = SIZE_MAX;
	json_t *entry;

	if (cases)
		*cases++ = '\0';
	for (size_t i = 0; i < suite->nr_programs; i++) {
		const char *p = suite->programs[i].name;

		if (!strpbrk(program, "*?["))
			lab_nearest_try(&name, p);
		if (!cases || fnmatch(program, p, 0))
			continue;
		json_object_foreach(lab_manifest_tests(manifest, p), key, entry) {
			size_t edits = lab_edits(cases, key);

			if (edits < least) {
				least = edits;
				of = p;
				test = key;
			}
		}
	}
	if (test)
		lab_fail(e, 0, "no test matches '%s'; nearest: '%s:%s'; see build/lab list",
			 pattern, of, test);
	else
		lab_fail(e, 0, "no program of profile %s matches '%s'%s", suite->profile, pattern,
			 name.name ? lab_nearest_hint(&name, "") : "; see build/lab list");
	free(program);
	return -ESRCH;
}

/* What to do with programs of which no word says anything: are there only words of "!PROGRAM"? */
static bool only_left_out(const char *words)
{
	bool only = false;

	for (const char *s = words; *s; s += strcspn(s, " ")) {
		s += strspn(s, " ");
		if (*s && *s != '!')
			return false;
		only |= *s == '!';
	}
	return only;
}

/* Mark what @word selects in @keep, or with "!PROGRAM" leaves out in @drop. Is there any? */
static bool apply_word(struct lab_suite *suite, const char *word, const struct lab_argv *args,
		       json_t *manifest, bool *keep, bool *drop)
{
	bool found = !word[0];

	for (size_t i = 0; word[0] && i < suite->nr_programs; i++) {
		struct lab_suite_program *p = &suite->programs[i];
		bool out = word[0] == '!';
		bool yes = out ? !fnmatch(word + 1, p->name, 0) : select_by(p, word, args, manifest);

		*(out ? &drop[i] : &keep[i]) |= yes;
		found |= yes;
	}
	return found;
}

int lab_select_tests(struct lab_suite *suite, const struct lab_suite_select *select,
		     struct lab_error *e)
{
	char *words = lab_strdup(select->tests), *rest = words, *word;
	bool *keep = lab_realloc(NULL, suite->nr_programs, 2 * sizeof(*keep));
	bool *drop = keep + suite->nr_programs;
	struct lab_argv args = { NULL };
	size_t kept = 0;
	int ret = 0;

	lab_argv_add_words(&args, select->args);
	memset(keep, only_left_out(words), suite->nr_programs * sizeof(*keep));
	memset(drop, 0, suite->nr_programs * sizeof(*drop));
	while (!ret && (word = strsep(&rest, " ")))
		if (!apply_word(suite, word, &args, select->manifest, keep, drop))
			ret = nothing_selected(suite, word, select->manifest, e);
	for (size_t i = 0; !ret && i < suite->nr_programs; i++) {
		if (keep[i] && !drop[i])
			suite->programs[kept++] = suite->programs[i];
		else
			lab_argv_free(&suite->programs[i].args);
	}
	if (!ret)
		suite->nr_programs = kept;
	if (!ret && !kept)
		ret = lab_fail(e, -ESRCH, "'%s' leaves no program of profile %s", select->tests,
			       suite->profile);
	lab_argv_free(&args);
	free(keep);
	free(words);
	return ret;
}
