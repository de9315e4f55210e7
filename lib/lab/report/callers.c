// SPDX-License-Identifier: GPL-2.0
/*
 * "lab callers": which places of kernels did the programs of runs come by, and which ones not?
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/json_text.h"
#include "report/callers.h"
#include "report/cases.h"

#define LEAD		"# callers: "
#define FIRST_PROGRAMS	3	/* that a cell names, most calls first */

static json_t *entry(json_t *object, const char *name)
{
	json_t *found = json_object_get(object, name);

	if (!found) {
		found = json_object();
		json_object_set_new(object, name, found);
	}
	return found;
}

static void add_line(json_t *all, const char *program, const char *line)
{
	char event[64], function[128], key[200];
	unsigned long long times;
	json_t *programs;

	if (sscanf(line, LEAD "%63s %127s %llu", event, function, &times) != 3)
		return;
	snprintf(key, sizeof(key), "%s %s", event, function);
	programs = entry(all, key);
	if (times)
		json_object_set_new(programs, program,
				    json_integer((json_int_t)times +
				    json_integer_value(json_object_get(programs, program))));
}

json_t *lab_callers(json_t *results)
{
	json_t *all = json_object(), *program, *line;
	size_t i, k;

	json_array_foreach(json_object_get(results, "programs"), i, program)
		json_array_foreach(json_object_get(program, "after_last_result"), k, line)
			add_line(all, lab_json_text_of(program, "name"), json_string_value(line));
	return all;
}

/* The program with most calls of those with less than @below, or as many and a later name. */
static const char *next(json_t *programs, json_int_t *below, const char *after)
{
	const char *name, *best = NULL;
	json_int_t most = 0, times;
	json_t *value;

	json_object_foreach(programs, name, value) {
		times = json_integer_value(value);
		if (times > *below || (times == *below && strcmp(name, after) <= 0) ||
		    times < most || (times == most && strcmp(name, best) > 0))
			continue;
		most = times;
		best = name;
	}
	*below = most;
	return best;
}

static void add_cell(struct lab_text *t, json_t *programs)
{
	json_int_t times = LLONG_MAX;
	size_t left = json_object_size(programs);
	const char *name = "";

	if (!programs) {
		lab_text_addf(t, " | not there");
		return;
	}
	lab_text_addf(t, left ? " | " : " | **reached by nothing**");
	for (int i = 0; i < FIRST_PROGRAMS && left; i++, left--) {
		name = next(programs, &times, name);
		lab_text_addf(t, "%s%s %lld", i ? ", " : "", name, (long long)times);
	}
	if (left)
		lab_text_addf(t, " and %zu more", left);
}

/* The keys of @all, sorted: the caller's, and valid as long as @all is. */
static const char **sorted_keys(json_t *all)
{
	const char **keys = lab_realloc(NULL, json_object_size(all) + 1, sizeof(*keys)), *key;
	size_t nr = 0;
	json_t *one;

	json_object_foreach(all, key, one) {
		size_t at = nr++;

		for (; at && strcmp(keys[at - 1], key) > 0; at--)
			keys[at] = keys[at - 1];
		keys[at] = key;
	}
	return keys;
}

void lab_callers_table(struct lab_text *t, json_t *runs)
{
	json_t *all = json_object(), *run;
	const char **keys;
	size_t i, k;

	lab_text_addf(t, "| event | caller");
	json_array_foreach(runs, i, run) {
		json_object_update_missing(all, json_object_get(run, "callers"));
		lab_text_addf(t, " | %s", lab_json_text_of(run, "kernel"));
	}
	lab_text_addf(t, " |\n|---|---");
	for (i = 0; i < json_array_size(runs); i++)
		lab_text_addf(t, "|---");
	lab_text_addf(t, "|\n");
	keys = sorted_keys(all);
	for (k = 0; k < json_object_size(all); k++) {
		int len = (int)strcspn(keys[k], " ");

		lab_text_addf(t, "| %.*s | %s", len, keys[k], keys[k] + len + 1);
		json_array_foreach(runs, i, run)
			add_cell(t, json_object_get(json_object_get(run, "callers"), keys[k]));
		lab_text_addf(t, " |\n");
	}
	free(keys);
	json_decref(all);
}

struct callers {
	json_t *runs;		/* as for lab_callers_table() */
	size_t found;		/* callers in all of them */
	bool json;
	struct lab_error e;
};

static void add_run(struct callers *c, json_t *results)
{
	json_t *found = lab_callers(results);

	c->found += json_object_size(found);
	json_array_append_new(c->runs, json_pack("{s:O, s:o}", "kernel",
						 json_object_get(results, "kernel"),
						 "callers", found));
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct callers *c = state->input;
	json_t *results;

	switch (key) {
	case 'j':
		c->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (lab_results_load(arg, &results, &c->e))
			return lab_command_refuse(state, "%s", c->e.text);
		add_run(c, results);
		json_decref(results);
		return 0;
	case ARGP_KEY_END:
		if (!json_array_size(c->runs))
			return lab_command_refuse(state, "give runs: the directory, or the "
						  "results.json, of each");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print JSON instead of a table", 0 },
	{ 0 }
};

static const struct argp command = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN...",
	.doc = "Which places of the kernel did the programs of these runs come by, and which ones did "
		"nothing reach? The programs have to count them: lab run --args '-D --callers'."
		"\vExit code: 0, 13 infrastructure (no run has counted any), 64 wrong usage",
};

int lab_callers_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct callers c = { .runs = json_array() };
	struct lab_text t = { NULL };
	int ret = lab_command_parse(&command, argc, argv, &c);

	(void)paths;
	lab_callers_table(&t, c.runs);
	if (!ret && !c.found) {
		fprintf(stderr, "lab: these runs say nothing of callers; run with --args '-D --callers'\n");
		ret = LAB_EXIT_INFRASTRUCTURE;
	} else if (!ret && (c.json ? json_dumpf(c.runs, stdout, JSON_INDENT(2)) || putchar('\n') == EOF :
			    fputs(t.s, stdout) == EOF)) {
		ret = LAB_EXIT_INFRASTRUCTURE;
	}
	lab_text_clear(&t);
	json_decref(c.runs);
	return ret;
}
