/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program's part of the manifest: its tests, and when each of them runs.
 *
 * Which variants there are is decided by code that looks at the options.  So the
 * options are set in three ways, one after the other, and the names compared.
 * Included by mn_harness.h.
 */
#ifndef MN_MANIFEST_H
#define MN_MANIFEST_H

#define MN_MAX_FIXTURES	32

/* Where each fixture's list of variants ends before any is added at run time. */
struct mn_ends {
	struct __fixture_variant_metadata **ends[MN_MAX_FIXTURES];
	size_t nr;
};

static inline void mn_find_ends(struct mn_ends *e)
{
	struct __fixture_variant_metadata **end;
	struct __fixture_metadata *f;

	for (e->nr = 0, f = __fixture_list; f; f = f->next) {
		for (end = &f->variant; *end; end = &(*end)->next)
			;
		if (e->nr == MN_MAX_FIXTURES) {
			fprintf(stderr, "more than %d fixtures\n", MN_MAX_FIXTURES);
			exit(KSFT_FAIL);
		}
		e->ends[e->nr++] = end;
	}
}

/* The tests that there are with @all and @patterns; what was added for them goes again. */
static inline struct mn_names mn_names_with(bool all, unsigned int patterns, void (*add)(void))
{
	struct mn_names names = { NULL };
	struct mn_ends before;

	mn_find_ends(&before);
	mn.options.all = all;
	mn.options.nr_patterns = patterns;
	mn.options.patterns[0] = "*";
	if (add)
		add();
	mn_walk(MN_COUNT, &names);
	while (before.nr--)
		*before.ends[before.nr] = NULL;
	return names;
}

/* Each set has the order of all tests: is @name the next one of it? */
static inline bool mn_takes(const struct mn_names *set, size_t *next, const char *name)
{
	if (*next == set->nr || strcmp(set->names[*next], name))
		return false;
	++*next;
	return true;
}

/* Return: an exit code. */
static inline int mn_print_manifest(const char *program, void (*add)(void))
{
	struct mn_names by_default = mn_names_with(false, 0, add);
	struct mn_names by_all = mn_names_with(true, 0, add);
	struct mn_names any = mn_names_with(false, 1, add);
	size_t i, d = 0, a = 0;
	struct manifest m;

	manifest_begin(&m, stdout, program, &test_about);
	for (i = 0; i < any.nr; i++)
		manifest_test(&m, any.names[i],
			      (mn_takes(&by_default, &d, any.names[i]) ? TEST_BY_DEFAULT : 0) |
			      (mn_takes(&by_all, &a, any.names[i]) ? TEST_BY_ALL : 0));
	manifest_end(&m);
	if (d == by_default.nr && a == by_all.nr)
		return KSFT_PASS;
	fprintf(stderr, "%s: tests are added in another order if there are fewer of them\n",
		program);
	return KSFT_FAIL;
}

#endif
