// SPDX-License-Identifier: GPL-2.0
/*
 * An installed kselftest: selecting its tests, and reading what comes of them.
 */
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/process.h"
#include "base/text.h"
#include "suite/kselftest.h"

/* runner.sh allows a test so long if no settings file says anything else. */
#define DEFAULT_SECONDS	45
/* On top of that: to start and end it under emulation. */
#define SPARE_SECONDS	60
/* "timeout=0" is no limit; a lab has one. */
#define MOST_SECONDS	7200

/* One collection, while its tests are looked at. */
struct collection {
	char *name;
	long seconds;		/* that a test of it may take */
	unsigned int tests, selected;
	struct lab_argv names;	/* "-t", "COLLECTION:TEST" for each selected */
	struct lab_argv env;	/* "NAME=VALUE" for each that has arguments */
};

struct selection {
	const char *dir, *tests, *args;
	const struct lab_suite *suite;	/* with its own programs still */
	struct collection *c;
	size_t nr;
	struct lab_error *e;
};

/* The last of several lines counts, as it does for runner.sh. */
static long read_seconds(const char *dir, const char *collection)
{
	char *name = lab_format("%s/settings", collection);
	char *text = lab_read_or_empty(dir, name), *rest = text, *line;
	long seconds = DEFAULT_SECONDS;

	while ((line = strsep(&rest, "\n")))
		sscanf(line, "timeout=%ld", &seconds);
	free(text);
	free(name);
	return seconds > 0 && seconds < MOST_SECONDS ? seconds : MOST_SECONDS;
}

static struct collection *find_collection(struct selection *s, const char *name)
{
	for (size_t i = 0; i < s->nr; i++)
		if (!strcmp(s->c[i].name, name))
			return &s->c[i];
	s->c = lab_realloc(s->c, s->nr + 1, sizeof(*s->c));
	s->c[s->nr] = (struct collection){
		.name = lab_strdup(name),
		.seconds = read_seconds(s->dir, name),
	};
	return &s->c[s->nr++];
}

/* Of a program of the suite those that it has in its profile: the machine is its own here, too. */
static void add_own_arguments(const struct selection *s, const char *test, struct lab_text *args)
{
	for (size_t i = 0; i < s->suite->nr_programs; i++) {
		const struct lab_suite_program *p = &s->suite->programs[i];

		for (size_t k = 0; k < p->args.nr && !strcmp(p->name, test); k++)
			lab_text_addf(args, " %s", p->args.words[k]);
	}
}

/* Is the test selected? Then what it is to be given goes to @args. */
static bool selected(const struct selection *s, const char *collection, const char *test,
		     struct lab_text *args)
{
	char *words, *rest, *word;
	bool yes = false;

	add_own_arguments(s, test, args);
	if (s->args)
		lab_text_addf(args, " %s", s->args);
	if (!s->tests)
		return true;
	words = lab_strdup(s->tests);
	for (rest = words; (word = strsep(&rest, " ")); ) {
		/* COLLECTION:TEST/CASE; collections have slashes as well. */
		const char *in = strsep(&word, ":"), *named = strsep(&word, "/");

		if (fnmatch(in, collection, 0) ||
		    (named && named[0] && fnmatch(named, test, 0)))
			continue;
		yes = true;
		/* In one word: runner.sh leaves words to pathname expansion. */
		if (word && word[0])
			lab_text_addf(args, " -t%s", word);
	}
	free(words);
	return yes;
}

/* The name that runner.sh makes of a test's: KSELFTEST_MN_UNMAP_TEST_ARGS. */
static void add_variable(struct lab_argv *env, const char *test, const char *args)
{
	char *name = lab_strdup(test);

	for (char *c = name; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)toupper((unsigned char)*c) : '_';
	lab_argv_addf(env, "KSELFTEST_%s_ARGS=%s", name, args + strlen(" "));
	free(name);
}

static int add_test(struct selection *s, char *line)
{
	char *colon = strchr(line, ':');
	struct lab_text args = { NULL };
	struct collection *c;

	if (!colon || colon == line || !colon[1])
		return lab_fail(s->e, -EINVAL,
				"%s/kselftest-list.txt: \"%s\" is not COLLECTION:TEST", s->dir, line);
	*colon = '\0';
	c = find_collection(s, line);
	c->tests++;
	if (selected(s, line, colon + 1, &args)) {
		c->selected++;
		lab_argv_add(&c->names, "-t");
		lab_argv_addf(&c->names, "%s:%s", line, colon + 1);
		if (args.len)
			add_variable(&c->env, colon + 1, args.s);
	}
	lab_text_clear(&args);
	return 0;
}

static int load_list(const char *dir, char **text, struct lab_error *e)
{
	char *path = lab_format("%s/kselftest-list.txt", dir);
	size_t len;
	int ret = lab_read_file(path, text, &len, e);

	free(path);
	if (ret)
		return lab_fail(e, ret,
				"--kselftest %s: no kselftest-list.txt there: give the directory that make kselftest-install has filled",
				dir);
	return 0;
}

static int read_list(struct selection *s)
{
	char *text, *rest, *line;
	int ret = load_list(s->dir, &text, s->e);

	if (ret)
		return ret;
	for (rest = text; !ret && (line = strsep(&rest, "\n")); )
		if (line[0])
			ret = add_test(s, line);
	free(text);
	return ret;
}

/* Line by line, whatever it pipes the tests' output through: a panic shall not eat it. */
static void add_runner(struct lab_suite_program *p)
{
	p->runner = "/usr/bin/env";
	lab_argv_add_all(&p->args, "/usr/bin/stdbuf", "--output=L",
			 "/kselftest/run_kselftest.sh", NULL);
}

static void add_program(struct lab_suite *suite, const struct collection *c)
{
	json_t *name = json_string(c->name);
	struct lab_suite_program *p;

	/* Texts are the description's, as ever. */
	json_object_set_new(suite->json, c->name, name);
	suite->programs = lab_realloc(suite->programs, suite->nr_programs + 1, sizeof(*p));
	p = &suite->programs[suite->nr_programs++];
	*p = (struct lab_suite_program){
		.name = json_string_value(name),
		.timeout = c->selected * (c->seconds + SPARE_SECONDS),
	};
	lab_argv_add_argv(&p->args, &c->env);
	add_runner(p);
	if (c->selected < c->tests)
		lab_argv_add_argv(&p->args, &c->names);
	else
		lab_argv_add_all(&p->args, "-c", c->name, NULL);
}

static int take_over(struct selection *s, struct lab_suite *suite)
{
	lab_suite_drop_programs(suite);
	lab_suite_drop_external(suite);
	suite->profile = "kselftest";
	for (size_t i = 0; i < s->nr; i++)
		if (s->c[i].selected)
			add_program(suite, &s->c[i]);
	if (suite->nr_programs)
		return 0;
	return lab_fail(s->e, -ESRCH, "%s%s%s: no test of %s", s->tests ? "--tests '" : "",
			s->tests ? s->tests : "kselftest-list.txt", s->tests ? "'" : "", s->dir);
}

int lab_kselftest_select(const char *dir, const char *tests, const char *args,
			 struct lab_suite *suite, struct lab_error *e)
{
	struct selection s = {
		.dir = dir, .tests = tests, .args = args, .suite = suite, .e = e,
	};
	int ret = read_list(&s);

	if (!ret)
		ret = take_over(&s, suite);
	for (size_t i = 0; i < s.nr; i++) {
		free(s.c[i].name);
		lab_argv_free(&s.c[i].names);
		lab_argv_free(&s.c[i].env);
	}
	free(s.c);
	return ret;
}

/* The test with the arguments that it has, but for its own words to the runner. */
static void make_program(struct lab_suite_program *p)
{
	struct lab_argv own = p->args;
	struct lab_text words = { NULL };

	p->args = (struct lab_argv){ NULL };
	for (size_t i = 0; i < own.nr; i++)
		lab_text_addf(&words, " %s", own.words[i]);
	if (words.len)
		add_variable(&p->args, strchr(p->kselftest, ':') + 1, words.s);
	add_runner(p);
	lab_argv_add_all(&p->args, "-t", p->kselftest, NULL);
	lab_text_clear(&words);
	lab_argv_free(&own);
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (!strncmp(text, line, len) && strchr("\n", text[len]))
			return true;
	return false;
}

int lab_kselftest_join(const char *dir, struct lab_suite *suite, struct lab_error *e)
{
	char *list = NULL;
	size_t kept = 0;
	int ret = dir ? load_list(dir, &list, e) : 0;

	if (ret)
		return ret;
	for (size_t i = 0; i < suite->nr_programs; i++) {
		struct lab_suite_program *p = &suite->programs[i];

		if (p->kselftest && !(list && has_line(list, p->kselftest))) {
			lab_argv_free(&p->args);
			continue;
		}
		if (p->kselftest)
			make_program(p);
		suite->programs[kept++] = *p;
	}
	suite->nr_programs = kept;
	free(list);
	return kept ? 0 : lab_fail(e, -ESRCH, "profile %s has tests of a kselftest only: give --kselftest",
				   suite->profile);
}
