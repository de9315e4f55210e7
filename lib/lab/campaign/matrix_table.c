// SPDX-License-Identifier: GPL-2.0
/*
 * Several runs side by side, as Markdown.
 *
 * A table is a JSON object: rows by name, in the order in which they were first heard
 * of, each an array with a cell for each run.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/text.h"
#include "campaign/campaign.h"

/* The cell of row @name and run @i. */
static json_t *get(json_t *table, const char *name, size_t i)
{
	return json_array_get(json_object_get(table, name), i);
}

static void set(json_t *table, const char *name, size_t i, size_t nr, json_t *value)
{
	json_t *row = json_object_get(table, name);

	if (!row) {
		row = json_array();
		while (json_array_size(row) < nr)
			json_array_append_new(row, json_string(""));
		json_object_set_new(table, name, row);
	}
	json_array_set_new(row, i, value);
}

/* No bars in a cell, which would end it. */
static void print_cell(FILE *f, const char *text)
{
	fputs("| ", f);
	for (; *text; text++)
		fputc(*text == '|' ? '/' : *text, f);
	fputc(' ', f);
}

/* Nothing without rows; the table is used up. */
static void print_table(FILE *f, const char *heading, const char *what, json_t *table,
			const struct lab_matrix_run *runs, size_t nr)
{
	json_t *cells, *value;
	const char *name;
	size_t i;

	if (json_object_size(table)) {
		fputs(heading, f);
		print_cell(f, what);
		for (i = 0; i < nr; i++)
			print_cell(f, runs[i].title);
		fputs("|\n|---", f);
		for (i = 0; i < nr; i++)
			fputs("|--:", f);
		fputs("|\n", f);
	}
	json_object_foreach(table, name, cells) {
		print_cell(f, name);
		json_array_foreach(cells, i, value) {
			if (json_is_integer(value))
				fprintf(f, "| %lld ", (long long)json_integer_value(value));
			else
				print_cell(f, json_string_value(value));
		}
		fputs("|\n", f);
	}
	json_decref(table);
}

static json_t *counts(json_t *of)
{
	int passed = 0, failed = 0, skipped = 0;

	json_unpack(of, "{s:i, s:i, s:i}", "passed", &passed, "failed", &failed,
		    "skipped", &skipped);
	return json_sprintf("%d / %d / %d", passed, failed, skipped);
}

static void print_programs(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	json_t *table = json_object(), *program;
	size_t k;

	for (size_t i = 0; i < nr; i++)
		json_array_foreach(json_object_get(runs[i].results, "programs"), k, program)
			set(table, lab_json_text_of(program, "name"), i, nr, counts(program));
	for (size_t i = 0; i < nr; i++)
		set(table, "all", i, nr, counts(json_object_get(runs[i].results, "totals")));
	for (size_t i = 0; i < nr; i++)
		set(table, "verdict", i, nr,
		    json_string(lab_json_text_of(runs[i].results, "verdict")));
	print_table(f, "", "passed / failed / skipped", table, runs, nr);
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

static bool has_status(json_t *one, const char *status)
{
	return !strcmp(lab_json_text_of(one, "status"), status);
}

static void print_skips(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	json_t *table = json_object(), *one;
	size_t k;

	for (size_t i = 0; i < nr; i++) {
		json_array_foreach(json_object_get(runs[i].results, "cases"), k, one) {
			char *why = without_numbers(lab_json_text_of(one, "reason"));

			if (has_status(one, "skip"))
				set(table, why, i, nr,
				    json_integer(json_integer_value(get(table, why, i)) + 1));
			free(why);
		}
	}
	print_table(f, "\n## Why tests were skipped\n\n", "reason", table, runs, nr);
}

static void print_failure(FILE *f, const char *run, json_t *one)
{
	const char *reason = lab_json_text_of(one, "reason");
	json_t *lines = json_object_get(one, "diagnostics"), *line;
	char *title = lab_campaign_title(one);
	size_t i;

	fprintf(f, "\n%s on %s%s%s%s\n", title, run, reason[0] ? ": " : "", reason,
		json_array_size(lines) ? ":\n" : "");
	json_array_foreach(lines, i, line)
		fprintf(f, "    %s\n", json_string_value(line));
	free(title);
}

/* Did the machine come to a bad end? Then what its tests say is only half of it. */
static bool ended_badly(const struct lab_matrix_run *run)
{
	const char *verdict = lab_json_text_of(run->results, "verdict");

	return strcmp(verdict, "pass") && strcmp(verdict, "fail") && strcmp(verdict, "skip");
}

static void print_failures(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	const char *heading = "\n## Failures\n";
	json_t *one;
	size_t k;

	for (size_t i = 0; i < nr; i++) {
		if (ended_badly(&runs[i])) {
			fprintf(f, "%s\n%s: %s: %s\n", heading, runs[i].title,
				lab_json_text_of(runs[i].results, "verdict"),
				lab_json_text_of(runs[i].results, "reason"));
			heading = "";
		}
		json_array_foreach(json_object_get(runs[i].results, "cases"), k, one) {
			if (!has_status(one, "fail"))
				continue;
			fputs(heading, f);
			heading = "";
			print_failure(f, runs[i].title, one);
		}
	}
}

static bool passed_everywhere(json_t *cells)
{
	json_t *status;
	size_t i;

	json_array_foreach(cells, i, status)
		if (strcmp(json_string_value(status), "pass") &&
		    strcmp(json_string_value(status), "xfail"))
			return false;
	return true;
}

static void print_others(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	json_t *table = json_object(), *one;
	const char *name;
	void *next;
	size_t k;

	for (size_t i = 0; i < nr; i++) {
		json_array_foreach(json_object_get(runs[i].results, "cases"), k, one) {
			char *title = lab_campaign_title(one);

			set(table, title, i, nr,
			    json_string(lab_json_text_of(one, "status")));
			free(title);
		}
	}
	json_object_foreach_safe(table, next, name, one)
		if (passed_everywhere(one))
			json_object_del(table, name);
	print_table(f, "\n## Tests that did not pass everywhere\n\n", "test", table, runs, nr);
}

void lab_matrix_table(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	print_programs(f, runs, nr);
	print_failures(f, runs, nr);
	print_skips(f, runs, nr);
	print_others(f, runs, nr);
}
