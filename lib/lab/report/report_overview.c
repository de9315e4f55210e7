// SPDX-License-Identifier: GPL-2.0
/*
 * What a run comes to, counted: which oracles judged how many tests, and why tests were
 * skipped. Counts are JSON objects by name, in the order in which the names came up.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "report/cases.h"
#include "report/report.h"

static void count(json_t *counts, const char *name, const char *what)
{
	json_t *row = json_object_get(counts, name);

	if (!row) {
		row = json_pack("{s:i, s:i}", "judged", 0, "not_judged", 0);
		json_object_set_new(counts, name, row);
	}
	lab_json_count(row, what);
}

/* A test's "# judged: contents health", "# not judged: isolation (WHY); effect (WHY)". */
static void count_line(json_t *counts, const char *line, size_t len)
{
	char *text = lab_format("%.*s", (int)len, line), *rest = text, *name;

	if (!strncmp(text, "# judged: ", 10)) {
		rest += 10;
		while ((name = strsep(&rest, " ")))
			count(counts, name, "judged");
	} else if (!strncmp(text, "# not judged: ", 14)) {
		rest += 14;
		while (rest && *rest) {
			name = rest;
			rest = strstr(name, "); ");
			if (rest)
				rest += 3;
			name[strcspn(name, " ")] = '\0';
			count(counts, name, "not_judged");
		}
	}
	free(text);
}

json_t *lab_report_oracles(const struct lab_results *r)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < r->nr_programs; i++)
		for (size_t k = 0; k < r->programs[i].nr_cases; k++)
			for (const char *s = r->programs[i].cases[k].diagnostics; *s;
			     s += strcspn(s, "\n"), s += *s == '\n')
				count_line(counts, s, strcspn(s, "\n"));
	return counts;
}

/* A number in a reason makes it no other reason, but the version of something does. */
char *lab_report_reason(const char *reason)
{
	struct lab_text t = { NULL };
	char *words = lab_strdup(reason), *rest = words, *word;

	while ((word = strsep(&rest, " ")))
		lab_text_addf(&t, "%s%s", t.len ? " " : "",
			      word[strspn(word, "0123456789")] ? word : "N");
	free(words);
	return lab_text_take(&t);
}

json_t *lab_report_skips(const struct lab_results *r)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < r->nr_programs; i++)
		for (size_t k = 0; k < r->programs[i].nr_cases; k++) {
			const struct lab_case *c = &r->programs[i].cases[k];
			char *why = lab_report_reason(c->reason);

			if (c->status == KTAP_SKIP)
				lab_json_count(counts, why);
			free(why);
		}
	return counts;
}

/* Failures that are known issues, and issues that did not show. */
static void print_known(FILE *f, const struct lab_results *r)
{
	json_t *issue;
	size_t i;

	for (i = 0; i < r->nr_programs; i++)
		for (size_t k = 0; k < r->programs[i].nr_cases; k++)
			if (r->programs[i].cases[k].issue)
				fprintf(f, "%s:%s: %s\n", r->programs[i].name,
					r->programs[i].cases[k].name,
					r->programs[i].cases[k].reason);
	json_array_foreach(r->known, i, issue)
		if (lab_results_stale(r, issue))
			fprintf(f, "stale: %s did not show in %s (%s)\n",
				lab_json_text_of(issue, "reason"), lab_json_text_of(issue, "test"),
				lab_json_text_of(issue, "link"));
}

void lab_report_overview(FILE *f, const struct lab_results *r)
{
	json_t *oracles = lab_report_oracles(r), *skips = lab_report_skips(r), *value;
	const char *name, *gap = "judged: ";

	json_object_foreach(oracles, name, value) {
		json_int_t judged, not_judged;

		json_unpack(value, "{s:I, s:I}", "judged", &judged, "not_judged", &not_judged);
		fprintf(f, "%s%s %lld", gap, name, (long long)judged);
		if (not_judged)
			fprintf(f, " (not %lld)", (long long)not_judged);
		gap = ", ";
	}
	if (json_object_size(oracles))
		fputc('\n', f);
	json_object_foreach(skips, name, value)
		fprintf(f, "skipped: %lld x %s\n", (long long)json_integer_value(value), name);
	print_known(f, r);
	json_decref(skips);
	json_decref(oracles);
}

void lab_report_where(struct lab_text *t, const struct lab_results *r)
{
	lab_text_addf(t, "kernel %s", r->kernel[0] ? r->kernel : "unknown");
	if (r->mode[0])
		lab_text_addf(t, ", mode %s", r->mode);
	if (r->topology[0])
		lab_text_addf(t, ", topology %s", r->topology);
}

static void print_seconds(FILE *f, const struct lab_results *r, long ms)
{
	if (r->from_text)
		fprintf(f, "|\n");
	else
		fprintf(f, "%.1f |\n", (double)ms / 1000);
}

void lab_report_overview_table(FILE *f, const struct lab_results *r)
{
	json_t *oracles = lab_report_oracles(r), *skips = lab_report_skips(r), *value;
	struct lab_text t = { NULL };
	const char *name;

	fprintf(f, "# %s: %s\n\n", lab_verdict_name(r->judgement.verdict), r->judgement.why);
	lab_report_where(&t, r);
	fprintf(f, "%s%s%s\n\n| program | passed | failed | errors | skipped | seconds |\n"
		"|---|--:|--:|--:|--:|--:|\n", t.s, r->profile[0] ? ", profile " : "", r->profile);
	lab_text_clear(&t);
	for (size_t i = 0; i < r->nr_programs; i++) {
		const struct lab_program *p = &r->programs[i];

		fprintf(f, "| %s | %u | %u | %u | %u | ", p->name, p->passed, p->failed, p->errors,
			p->skipped);
		print_seconds(f, r, p->ms);
	}
	fprintf(f, "| all | %u | %u | %u | %u | ", r->passed, r->failed, r->errors, r->skipped);
	print_seconds(f, r, r->ms);
	if (json_object_size(oracles))
		fprintf(f, "\n| oracle | judged tests | could not judge |\n|---|--:|--:|\n");
	json_object_foreach(oracles, name, value)
		fprintf(f, "| %s | %lld | %lld |\n", name,
			(long long)json_integer_value(json_object_get(value, "judged")),
			(long long)json_integer_value(json_object_get(value, "not_judged")));
	if (json_object_size(skips))
		fprintf(f, "\n| why tests were skipped | tests |\n|---|--:|\n");
	json_object_foreach(skips, name, value) {
		lab_report_cell(&t, name);
		lab_text_addf(&t, "| %lld |\n", (long long)json_integer_value(value));
	}
	fprintf(f, "%s", t.len ? t.s : "");
	lab_text_clear(&t);
	json_decref(skips);
	json_decref(oracles);
}
