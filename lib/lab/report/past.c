// SPDX-License-Identifier: GPL-2.0
/*
 * Durations of tests in earlier runs. A run of a few tests says nothing of the others: those
 * are looked for in the runs before it.
 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/process.h"
#include "base/text.h"
#include "report/past.h"

/* Results of a full run take a second to read. */
#define MAX_RUNS	8

struct run {
	json_t *results;
	int likeness;
	int age;
};

/* Are @a and @b of one series, as 6.12.95-cloud and 6.12.3 are? */
static bool same_series(const char *a, const char *b)
{
	size_t len = strspn(a, "0123456789");

	if (a[len] == '.')
		len += 1 + strspn(a + len + 1, "0123456789");
	return len && !strncmp(a, b, len) && !(b[len] >= '0' && b[len] <= '9');
}

static int likeness(json_t *results, const char *kernel, const char *mode)
{
	const char *of = lab_json_text_of(results, "kernel");

	return 4 * !strcmp(lab_json_text_of(results, "mode"), mode) +
		(!strcmp(of, kernel) ? 2 : same_series(of, kernel));
}

static int by_likeness(const void *a, const void *b)
{
	const struct run *one = a, *two = b;

	return one->likeness != two->likeness ? two->likeness - one->likeness :
		one->age - two->age;
}

char *lab_past_key(const char *program, const char *args)
{
	struct lab_argv words = { NULL };
	struct lab_text t = { NULL };

	lab_argv_add_words(&words, args);
	lab_text_addf(&t, "%s", program);
	for (size_t i = 0; i < words.nr; i++) {
		if (!strcmp(words.words[i], "-t"))
			i++;
		else
			lab_text_addf(&t, " %s", words.words[i]);
	}
	lab_argv_free(&words);
	return lab_text_take(&t);
}

/* The entry of a program of @results, which ran to its end; borrowed, NULL if there is none. */
static json_t *entry_of(json_t *past, json_t *program)
{
	char *key = lab_past_key(lab_json_text_of(program, "name"),
				 lab_json_text_of(program, "args"));
	json_t *entry = json_object_get(past, key);

	if (!entry && !strcmp(lab_json_text_of(program, "state"), "done")) {
		entry = json_pack("{s:{}}", "tests");
		json_object_set_new(past, key, entry);
	}
	free(key);
	return entry;
}

static void set_once(json_t *object, const char *name, json_int_t ms)
{
	if (!json_object_get(object, name))
		json_object_set_new(object, name, json_integer(ms));
}

static void add_program(json_t *past, json_t *results, json_t *program)
{
	const char *name = lab_json_text_of(program, "name");
	json_int_t other = (json_int_t)(1000 * json_number_value(json_object_get(program,
										 "seconds")));
	json_t *entry = entry_of(past, program), *cases = json_object_get(results, "cases"), *c;
	size_t i;

	if (!entry)
		return;
	json_array_foreach(cases, i, c) {
		json_int_t ms = json_integer_value(json_object_get(c, "ms"));

		if (strcmp(lab_json_text_of(c, "program"), name))
			continue;
		set_once(json_object_get(entry, "tests"), lab_json_text_of(c, "name"), ms);
		other -= ms;
	}
	set_once(entry, "other", other > 0 ? other : 0);
}

static void add_run(json_t *past, json_t *results)
{
	json_t *programs = json_object_get(results, "programs"), *program;
	json_t *boot = json_object_get(results, "boot_seconds");
	size_t i;

	json_array_foreach(programs, i, program)
		add_program(past, results, program);
	if (json_number_value(boot) > 0)
		set_once(past, "boot", (json_int_t)(1000 * json_number_value(boot)));
}

/* @runs gets up to MAX_RUNS, the newest first: their directories are named by time. */
static int load(const char *dir, json_t *own, struct run *runs)
{
	char *pattern = lab_format("%s/[0-9]*/results.json", dir);
	glob_t found = { 0 };
	json_t *results;
	int nr = 0;

	if (own)
		runs[nr++].results = json_incref(own);
	if (!glob(pattern, 0, NULL, &found))
		for (size_t i = found.gl_pathc; i-- && nr < MAX_RUNS; ) {
			results = json_load_file(found.gl_pathv[i], 0, NULL);
			if (results)
				runs[nr++].results = results;
		}
	globfree(&found);
	free(pattern);
	return nr;
}

json_t *lab_past_read(const char *dir, json_t *own, const char *kernel, const char *mode)
{
	struct run runs[MAX_RUNS] = { { NULL } };
	int nr = load(dir, own, runs);
	json_t *past = json_object();

	for (int i = 0; i < nr; i++) {
		runs[i].age = i;
		runs[i].likeness = likeness(runs[i].results, kernel, mode);
	}
	qsort(runs, (size_t)nr, sizeof(runs[0]), by_likeness);
	for (int i = 0; i < nr; i++) {
		add_run(past, runs[i].results);
		json_decref(runs[i].results);
	}
	return past;
}
