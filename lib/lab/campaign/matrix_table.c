// SPDX-License-Identifier: GPL-2.0
/*
 * Several runs side by side, as Markdown.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/text.h"
#include "campaign/matrix_table.h"

/* What a run says of something: an object by run number, in an object by name. */
struct table {
	json_t *rows;		/* in the order in which they were first heard of */
};

static json_t *row(struct table *t, const char *name)
{
	json_t *r = json_object_get(t->rows, name);

	if (!r) {
		r = json_object();
		json_object_set_new(t->rows, name, r);
	}
	return r;
}

static void set(struct table *t, const char *name, size_t run, json_t *value)
{
	char key[24];

	snprintf(key, sizeof(key), "%zu", run);
	json_object_set_new(row(t, name), key, value);
}

static json_t *get(json_t *row, size_t run)
{
	char key[24];

	snprintf(key, sizeof(key), "%zu", run);
	return json_object_get(row, key);
}

/* No bars in a cell, which would end it. */
static void print_cell(FILE *f, const char *text)
{
	fputs("| ", f);
	for (; *text; text++)
		fputc(*text == '|' ? '/' : *text, f);
	fputc(' ', f);
}

static void print_head(FILE *f, const char *what, const struct lab_matrix_run *runs, size_t nr)
{
	print_cell(f, what);
	for (size_t i = 0; i < nr; i++)
		print_cell(f, runs[i].title);
	fputs("|\n|---", f);
	for (size_t i = 0; i < nr; i++)
		fputs("|--:", f);
	fputs("|\n", f);
}

static void print_rows(FILE *f, const struct table *t, size_t nr)
{
	const char *name;
	json_t *one, *value;

	json_object_foreach(t->rows, name, one) {
		print_cell(f, name);
		for (size_t i = 0; i < nr; i++) {
			value = get(one, i);
			if (json_is_integer(value))
				fprintf(f, "| %lld ", (long long)json_integer_value(value));
			else
				print_cell(f, value ? json_string_value(value) : "");
		}
		fputs("|\n", f);
	}
}

/* Nothing without rows. */
static void print_table(FILE *f, const char *heading, const char *what, const struct table *t,
			const struct lab_matrix_run *runs, size_t nr)
{
	if (!json_object_size(t->rows))
		return;
	fputs(heading, f);
	print_head(f, what, runs, nr);
	print_rows(f, t, nr);
}

static void add_counts(struct table *t, const char *name, size_t run, json_t *counts)
{
	json_int_t passed = 0, failed = 0, skipped = 0;

	json_unpack(counts, "{s:I, s:I, s:I}", "passed", &passed, "failed", &failed,
		    "skipped", &skipped);
	set(t, name, run, json_sprintf("%d / %d / %d", (int)passed, (int)failed, (int)skipped));
}

static void print_programs(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	struct table t = { json_object() };
	json_t *program;
	size_t k;

	for (size_t i = 0; i < nr; i++)
		json_array_foreach(json_object_get(runs[i].results, "programs"), k, program)
			add_counts(&t, lab_json_text_of(program, "name"), i, program);
	for (size_t i = 0; i < nr; i++)
		add_counts(&t, "all", i, json_object_get(runs[i].results, "totals"));
	print_table(f, "", "passed / failed / skipped", &t, runs, nr);
	json_decref(t.rows);
}

/* A number in a reason makes it no other reason, but the version of something does. */
static char *without_numbers(const char *reason)
{
	struct lab_text t = { NULL };
	char *words = lab_strdup(reason), *rest = words, *word;

	while ((word = strsep(&rest, " ")))
		lab_text_addf(&t, "%s%s", t.len ? " " : "",
			      word[strspn(word, "0123456789")] ? word : "N");
	free(words);
	return lab_text_take(&t);
}

static void count_skip(struct table *t, size_t run, json_t *one)
{
	char *why = without_numbers(lab_json_text_of(one, "reason"));
	json_int_t before = json_integer_value(get(row(t, why), run));

	set(t, why, run, json_integer(before + 1));
	free(why);
}

static void print_skips(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	struct table t = { json_object() };
	json_t *one;
	size_t k;

	for (size_t i = 0; i < nr; i++)
		json_array_foreach(json_object_get(runs[i].results, "cases"), k, one)
			if (!strcmp(lab_json_text_of(one, "status"), "skip"))
				count_skip(&t, i, one);
	print_table(f, "\n## Why tests were skipped\n\n", "reason", &t, runs, nr);
	json_decref(t.rows);
}

static char *title_of(json_t *one)
{
	return lab_format("%s:%s", lab_json_text_of(one, "program"), lab_json_text_of(one, "name"));
}

static void print_failure(FILE *f, const char *run, json_t *one)
{
	char *title = title_of(one);
	json_t *line;
	size_t i;

	fprintf(f, "\n%s on %s:\n\n", title, run);
	json_array_foreach(json_object_get(one, "diagnostics"), i, line)
		fprintf(f, "    %s\n", json_string_value(line));
	free(title);
}

static void print_failures(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	const char *heading = "\n## Failures\n";
	json_t *one;
	size_t k;

	for (size_t i = 0; i < nr; i++) {
		json_array_foreach(json_object_get(runs[i].results, "cases"), k, one) {
			if (strcmp(lab_json_text_of(one, "status"), "fail"))
				continue;
			fputs(heading, f);
			heading = "";
			print_failure(f, runs[i].title, one);
		}
	}
}

static bool passed_everywhere(json_t *one, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const char *status = json_string_value(get(one, i));

		if (!status || (strcmp(status, "pass") && strcmp(status, "xfail")))
			return false;
	}
	return true;
}

static void print_others(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	struct table t = { json_object() };
	json_t *one;
	const char *name;
	void *next;
	size_t k;

	for (size_t i = 0; i < nr; i++) {
		json_array_foreach(json_object_get(runs[i].results, "cases"), k, one) {
			char *title = title_of(one);

			set(&t, title, i, json_string(lab_json_text_of(one, "status")));
			free(title);
		}
	}
	json_object_foreach_safe(t.rows, next, name, one)
		if (passed_everywhere(one, nr))
			json_object_del(t.rows, name);
	print_table(f, "\n## Tests that did not pass everywhere\n\n", "test", &t, runs, nr);
	json_decref(t.rows);
}

void lab_matrix_table(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	print_programs(f, runs, nr);
	print_failures(f, runs, nr);
	print_skips(f, runs, nr);
	print_others(f, runs, nr);
}
