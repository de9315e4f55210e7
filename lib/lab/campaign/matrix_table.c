// SPDX-License-Identifier: GPL-2.0
/*
 * Several runs side by side, as Markdown.
 *
 * A table is a JSON object: rows by name, in the order in which they were first heard
 * of, each an array with a cell for each run.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/report.h"

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

/* Nothing without rows; the table is used up. */
static void add_table(struct lab_text *t, const char *heading, const char *what, json_t *table,
		      const struct lab_matrix_run *runs, size_t nr)
{
	json_t *cells, *value;
	const char *name;
	size_t i;

	if (json_object_size(table)) {
		lab_text_addf(t, "%s", heading);
		lab_report_cell(t, what);
		for (i = 0; i < nr; i++)
			lab_report_cell(t, runs[i].title);
		lab_text_addf(t, "|\n|---");
		for (i = 0; i < nr; i++)
			lab_text_addf(t, "|--:");
		lab_text_addf(t, "|\n");
	}
	json_object_foreach(table, name, cells) {
		lab_report_cell(t, name);
		json_array_foreach(cells, i, value) {
			if (json_is_integer(value))
				lab_text_addf(t, "| %lld ", (long long)json_integer_value(value));
			else
				lab_report_cell(t, json_string_value(value));
		}
		lab_text_addf(t, "|\n");
	}
	json_decref(table);
}

static json_t *counts(json_t *of)
{
	int passed = 0, failed = 0, errors = 0, skipped = 0;

	json_unpack(of, "{s:i, s:i, s:i, s:i}", "passed", &passed, "failed", &failed,
		    "errors", &errors, "skipped", &skipped);
	return json_sprintf("%d / %d / %d / %d", passed, failed, errors, skipped);
}

static json_t *programs(const struct lab_matrix_run *runs, size_t nr)
{
	json_t *table = json_object(), *program;
	size_t k;

	for (size_t i = 0; i < nr; i++)
		json_array_foreach(json_object_get(runs[i].results, "programs"), k, program)
			set(table, lab_json_text_of(program, "name"), i, nr, counts(program));
	for (size_t i = 0; i < nr; i++) {
		json_t *totals = json_object_get(runs[i].results, "totals");

		set(table, "all", i, nr, totals ? counts(totals) : json_string(""));
		set(table, "verdict", i, nr,
		    json_string(lab_json_text_of(runs[i].results, "verdict")));
	}
	return table;
}

static void add_failure(struct lab_text *t, const char *run, json_t *one)
{
	const char *reason = lab_json_text_of(one, "reason");
	json_t *lines = json_object_get(one, "diagnostics"), *line;
	char *title = lab_case_title(one);
	size_t i;

	lab_text_addf(t, "\n%s on %s%s%s%s\n", title, run, reason[0] ? ": " : "", reason,
		      json_array_size(lines) ? ":\n" : "");
	json_array_foreach(lines, i, line)
		lab_text_addf(t, "    %s\n", json_string_value(line));
	free(title);
}

/* Of a machine that came to a bad end, what its tests say is only half of it. */
static void add_failures(struct lab_text *t, const struct lab_matrix_run *run)
{
	json_t *one;
	size_t i;

	if (!lab_verdict_is_of_tests(run->results))
		lab_text_addf(t, "\n%s: %s: %s\n", run->title,
			      lab_json_text_of(run->results, "verdict"),
			      lab_json_text_of(run->results, "reason"));
	json_array_foreach(json_object_get(run->results, "cases"), i, one)
		if (lab_case_failed(one))
			add_failure(t, run->title, one);
}

/* The status of each test of run @i goes to @tests, how often it skipped for what to @skips. */
static void count_cases(json_t *results, size_t i, size_t nr, json_t *tests, json_t *skips)
{
	json_t *one;
	size_t k;

	json_array_foreach(json_object_get(results, "cases"), k, one) {
		const char *status = lab_json_text_of(one, "status");
		char *why = lab_report_reason(lab_json_text_of(one, "reason"));
		char *title = lab_case_title(one);
		json_t *before = json_array_get(json_object_get(skips, why), i);

		set(tests, title, i, nr, json_string(status));
		if (!strcmp(status, "skip"))
			set(skips, why, i, nr, json_integer(json_integer_value(before) + 1));
		free(title);
		free(why);
	}
}

/* Of those that have results. */
static bool passed_everywhere(json_t *cells, const struct lab_matrix_run *runs)
{
	json_t *status;
	size_t i;

	json_array_foreach(cells, i, status)
		if (json_object_get(runs[i].results, "totals") &&
		    strcmp(json_string_value(status), "pass") &&
		    strcmp(json_string_value(status), "xfail"))
			return false;
	return true;
}

void lab_matrix_table(struct lab_text *t, const struct lab_matrix_run *runs, size_t nr)
{
	json_t *tests = json_object(), *skips = json_object(), *cells;
	struct lab_text failures = { NULL };
	const char *name;
	void *next;

	add_table(t, "", "passed / failed / errors / skipped", programs(runs, nr), runs, nr);
	for (size_t i = 0; i < nr; i++) {
		add_failures(&failures, &runs[i]);
		count_cases(runs[i].results, i, nr, tests, skips);
	}
	if (failures.len)
		lab_text_addf(t, "\n## Failures\n%s", failures.s);
	lab_text_clear(&failures);
	add_table(t, "\n## Why tests were skipped\n\n", "reason", skips, runs, nr);
	json_object_foreach_safe(tests, next, name, cells)
		if (passed_everywhere(cells, runs))
			json_object_del(tests, name);
	add_table(t, "\n## Tests that did not pass everywhere\n\n", "test", tests, runs, nr);
}
