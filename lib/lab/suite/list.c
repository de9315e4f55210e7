// SPDX-License-Identifier: GPL-2.0
/*
 * What can be run, and what has to do with a word: programs, tests, and whatever else
 * the manifest has a table of.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/text.h"
#include "suite/list.h"
#include "suite/manifest.h"

#define WIDTH		100
#define FEW_TESTS	8	/* that are listed without --verbose */

/* What is being printed. */
struct listing {
	FILE *f;
	const struct lab_list *list;
	json_t *programs;
	bool any;		/* something was */
	char *pattern;		/* the first one that tests were found by */
	const char *program, *test;	/* the first of them */
};

/* Tests of one kind: how many, by default and in all, and the first of either. */
struct count {
	unsigned int by_default, all;
	const char *example;
};

/* @text from column @indent on, in several lines if need be. */
static void print_wrapped(FILE *f, int indent, const char *text)
{
	int room = WIDTH - indent, cut;

	while ((int)strlen(text) > room) {
		for (cut = room; cut && text[cut] != ' '; cut--)
			;
		if (!cut)
			cut = (int)strcspn(text, " ");
		if (!text[cut])
			break;
		fprintf(f, "%.*s\n%*s", cut, text, indent, "");
		text += cut + 1;
	}
	fprintf(f, "%s\n", text);
}

static const char *about(json_t *entry)
{
	const char *text = json_string_value(json_object_get(entry, "about"));

	text = text ? text : json_string_value(json_object_get(entry, "calls"));
	return text ? text : "";
}

static bool is_told_elsewhere(const char *key)
{
	return !strcmp(key, "about") || !strcmp(key, "calls") || !strcmp(key, "family") ||
	       !strcmp(key, "tests");
}

/* "v", "a, b" or "k (v), ..."; nothing for what is false. */
static void add_value(struct lab_text *t, json_t *value)
{
	const char *key, *comma = "";
	json_t *part;
	size_t i;

	if (json_is_string(value))
		lab_text_addf(t, "%s", json_string_value(value));
	else if (json_is_integer(value))
		lab_text_addf(t, "%lld", (long long)json_integer_value(value));
	json_array_foreach(value, i, part) {
		lab_text_addf(t, "%s", comma);
		add_value(t, part);
		comma = ", ";
	}
	json_object_foreach(value, key, part) {
		lab_text_addf(t, "%s%s (", comma, key);
		add_value(t, part);
		lab_text_addf(t, ")");
		comma = ", ";
	}
}

static void print_details(FILE *f, json_t *entry)
{
	const char *key;
	json_t *value;

	json_object_foreach(entry, key, value) {
		struct lab_text t = { NULL };

		if (is_told_elsewhere(key))
			continue;
		add_value(&t, value);
		if (json_is_true(value))
			lab_text_addf(&t, "yes");
		if (t.len) {
			fprintf(f, "      %-10s", key);
			print_wrapped(f, 16, t.s);
		}
		lab_text_clear(&t);
	}
}

static bool value_has(json_t *value, const char *word)
{
	json_t *part;
	size_t i;

	if (json_is_string(value))
		return strcasestr(json_string_value(value), word);
	json_array_foreach(value, i, part) {
		if (value_has(part, word))
			return true;
	}
	return false;
}

/* Is each word in the name of an entry, or in what is said of it? */
static bool is_wanted(const struct lab_list *list, const char *name, json_t *entry)
{
	const char *key;
	json_t *value;

	for (size_t i = 0; i < list->nr_words; i++) {
		bool has = strcasestr(name, list->words[i]);

		json_object_foreach(entry, key, value)
			has |= value_has(value, list->words[i]);
		if (!has)
			return false;
	}
	return true;
}

/* A test that has cases is there by its name, too, for the case that runs by default. */
static void count(struct count *c, const char *name, json_t *test)
{
	const char *whole = json_string_value(json_object_get(test, "case"));
	bool by_default = json_is_true(json_object_get(test, "default"));

	if (!c->example || (by_default && !c->by_default))
		c->example = whole ? whole : name;
	c->by_default += by_default;
	c->all += !whole;
}

/* A glob for tests like the example as far as the word @entry in its name goes. */
static char *pattern_like(const char *program, const char *example, const char *entry)
{
	const char *at = strstr(example, entry), *end;

	while (at && ((at > example && !strchr("./", at[-1])) ||
		      !strchr("./", at[strlen(entry)])))
		at = strstr(at + 1, entry);
	if (!at)
		return lab_format("'%s:*%s*'", program, entry);
	end = at + strlen(entry);
	return lab_format("'%s:%s%.*s%s'", program, at > example ? "*" : "",
			  (int)(end - at) + (at > example), at - (at > example),
			  *end == '.' ? ".*" : "");
}

/* Before a section: its title, set off from the one before. */
static void print_title(struct listing *l, const char *title, const char *family)
{
	fprintf(l->f, "%s%s", l->any ? "\n" : "", title);
	fprintf(l->f, family ? " (%s)\n" : "\n", family);
	l->any = true;
}

/* Tests that have cases, with the parameters of those that run by default. */
static void print_chosen(FILE *f, json_t *tests)
{
	const char *name, *whole;
	json_t *test;

	json_object_foreach(tests, name, test) {
		whole = json_string_value(json_object_get(test, "case"));
		if (whole)
			fprintf(f, "      %-52s %s\n", name, whole + strlen(name) + 1);
	}
}

static void print_programs(struct listing *l)
{
	const char *name, *test_name;
	json_t *program, *test;
	bool first = true;

	json_object_foreach(l->programs, name, program) {
		struct count c = { 0 };

		if (!is_wanted(l->list, name, program))
			continue;
		if (first)
			print_title(l, "programs, with the tests that run by default, of all", NULL);
		first = false;
		json_object_foreach(json_object_get(program, "tests"), test_name, test)
			count(&c, test_name, test);
		fprintf(l->f, "  %-24s %3u of %-5u ", name, c.by_default, c.all);
		print_wrapped(l->f, 40, about(program));
		if (!l->list->verbose)
			continue;
		print_details(l->f, program);
		print_chosen(l->f, json_object_get(program, "tests"));
	}
}

/* The tests whose @kind is @entry, by program, as patterns for --tests. */
static void print_tests_of(struct listing *l, const char *kind, const char *entry)
{
	const char *name, *test_name, *is, *title = "tests";
	json_t *program, *test;
	char *pattern;

	json_object_foreach(l->programs, name, program) {
		struct count c = { 0 };

		json_object_foreach(json_object_get(program, "tests"), test_name, test) {
			is = json_string_value(json_object_get(test, kind));
			if (is && !strcmp(is, entry))
				count(&c, test_name, test);
		}
		if (!c.all)
			continue;
		pattern = pattern_like(name, c.example, entry);
		fprintf(l->f, "      %-9s %-56s %4u of %u by default\n", title, pattern, c.by_default, c.all);
		title = "";
		if (l->pattern) {
			free(pattern);
			continue;
		}
		l->pattern = pattern;
		l->program = name;
		l->test = c.example;
	}
}

/* What @table, called @key, has; a title where another family begins. */
static void print_table(struct listing *l, const char *key, json_t *table)
{
	char *kind = lab_format("%.*s", (int)strlen(key) - 1, key);
	const char *name, *of, *family = NULL;
	bool first = true;
	json_t *entry;

	json_object_foreach(table, name, entry) {
		if (!is_wanted(l->list, name, entry))
			continue;
		of = json_string_value(json_object_get(entry, "family"));
		if (first || (of && family ? strcmp(of, family) : of != family))
			print_title(l, key, of);
		first = false;
		family = of;
		fprintf(l->f, "  %-27s ", name);
		print_wrapped(l->f, 30, about(entry));
		if (l->list->verbose)
			print_details(l->f, entry);
		if (l->list->nr_words)
			print_tests_of(l, kind, name);
	}
	free(kind);
}

/* Tests with all of the words in their names; a few that run by default, or all. */
static void print_tests(struct listing *l)
{
	unsigned int found = 0, shown = 0;
	const char *name, *test_name;
	json_t *program, *test;

	json_object_foreach(l->programs, name, program)
		json_object_foreach(json_object_get(program, "tests"), test_name, test) {
			char *full = lab_format("%s:%s", name, test_name);
			bool by_default = json_is_true(json_object_get(test, "default"));

			if (is_wanted(l->list, full, NULL)) {
				if (!found++)
					print_title(l, "tests", NULL);
				if (l->list->verbose || (by_default && shown < FEW_TESTS)) {
					fprintf(l->f, "  %s\n", full);
					shown++;
				}
			}
			free(full);
		}
	if (found > shown)
		fprintf(l->f, "  %u %s; list --verbose shows all\n", found - shown,
			shown ? "more" : "that run if asked for by name");
}

static void print_name(struct listing *l, char *name)
{
	if (is_wanted(l->list, name, NULL)) {
		fprintf(l->f, "%s\n", name);
		l->any = true;
	}
	free(name);
}

static void print_names(struct listing *l)
{
	const char *name, *test_name;
	json_t *program, *test;

	json_object_foreach(l->programs, name, program) {
		print_name(l, lab_strdup(name));
		json_object_foreach(json_object_get(program, "tests"), test_name, test)
			print_name(l, lab_format("%s:%s", name, test_name));
	}
}

static void print_hints(const struct listing *l)
{
	const char *lab = l->list->invoked;

	if (l->pattern)
		fprintf(l->f, "\nrun them:  %s run --tests %s\n"
			"one alone: %s run --tests %s:%s\n", lab, l->pattern, lab, l->program, l->test);
	else if (l->list->nr_words)
		fprintf(l->f, "\nrun them:  %s run --tests PROGRAM, or PROGRAM:TEST; both may be globs\n",
			lab);
	else
		fprintf(l->f, "\nwhat has to do with a word, and how to run it: %s list WORD\n"
			"all default tests of a program:                %s run --tests mn_unmap_test\n"
			"tests by name, with globs:                     %s run --tests 'mn_*:*.munmap'\n",
			lab, lab, lab);
}

bool lab_list_print(FILE *f, const struct lab_list *list, json_t *manifest)
{
	struct listing l = {
		.f = f, .list = list, .programs = json_object_get(manifest, "programs"),
	};
	json_t *table;
	const char *key;

	if (list->names) {
		print_names(&l);
		return l.any;
	}
	print_programs(&l);
	json_object_foreach(manifest, key, table) {
		if (table != l.programs)
			print_table(&l, key, table);
	}
	if (list->nr_words && (list->verbose || !l.pattern))
		print_tests(&l);
	if (l.any)
		print_hints(&l);
	free(l.pattern);
	return l.any;
}

static const struct argp_option options[] = {
	{ "verbose", 'v', NULL, 0, "All that is known of each, and every test that is found", 0 },
	{ "arch", 'A', "NAME", 0, "For this architecture: x86_64, arm64 or riscv64", 0 },
	{ "names", 'n', NULL, 0, "Only the names of programs and tests, one a line", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct lab_list *list = state->input;

	switch (key) {
	case 'v':
		list->verbose = true;
		return 0;
	case 'A':
		return lab_arch_take(state, arg, &list->arch);
	case 'n':
		list->names = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!arg[0])
			return lab_command_refuse(state, "give a word, or none to list all");
		list->words = lab_realloc(list->words, list->nr_words + 1, sizeof(*list->words));
		list->words[list->nr_words++] = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp command = {
	.options = options,
	.parser = parse,
	.args_doc = "[WORD...]",
	.doc = "What there is to run: programs, tests, and what they do to the guest. With words, "
		"what has to do with all of them, by name, system call or purpose, e.g. lab list "
		"MADV_PAGEOUT, lab list swap, lab list unmap.anon.munmap."
		"\vExit code: 0 something was found, 1 nothing, 13 infrastructure, 64 wrong usage",
};

int lab_list_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct lab_list list = { .invoked = paths->invoked };
	int ret = lab_command_parse(&command, argc, argv, &list);
	const struct lab_paths own = lab_arch_paths(paths, list.arch);
	json_t *manifest = NULL;
	struct lab_error e;

	if (ret)
		goto out;
	if (lab_manifest_read(own.target, &manifest, &e)) {
		fprintf(stderr, "lab: %s\n", e.text);
		ret = LAB_EXIT_INFRASTRUCTURE;
	} else if (!lab_list_print(stdout, &list, manifest)) {
		fprintf(stderr, "lab: nothing has to do with '%s'%s; see lab list\n", list.words[0],
			list.nr_words > 1 ? " and the other words" : "");
		ret = LAB_EXIT_FAIL;
	}
	json_decref(manifest);
out:
	free(list.words);
	return ret;
}
