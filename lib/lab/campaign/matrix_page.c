// SPDX-License-Identifier: GPL-2.0
/*
 * matrix.html: a grid of verdicts, and what failed. It needs nothing but itself; links lead to the
 * pages of the runs beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/report.h"

static const char style[] =
	"main { overflow-x: auto; }\n"
	".grid { margin-top: 1rem; overflow-wrap: normal; }\n"
	".grid th, .grid td { padding: .3rem .6rem; border: 1px solid var(--line); vertical-align: top; }\n"
	".grid td { border-left: .4rem solid var(--state, var(--line)); }\n"
	".grid b { color: var(--state); }\n";

/* How a verdict looks: as the state of a test would. */
static const char *class_of(json_t *results)
{
	const char *verdict = lab_json_text_of(results, "verdict");

	if (!strcmp(verdict, "lost"))
		return "error";
	return lab_verdict_is_of_tests(results) ? verdict : "fail";
}

static void put_counts(FILE *f, json_t *totals)
{
	static const char *const names[] = { "passed", "failed", "errors", "skipped" };
	const char *before = "<br>";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_int_t n = json_integer_value(json_object_get(totals, names[i]));

		if (n) {
			fprintf(f, "%s%lld %s", before, (long long)n, names[i]);
			before = ", ";
		}
	}
}

/* The part of a link that is the name of a file. */
static void put_link(FILE *f, const char *name)
{
	for (; *name; name++)
		fprintf(f, strchr("%#?:\"<>& ", *name) ? "%%%02X" : "%c", (unsigned char)*name);
	fputs("/index.html", f);
}

static void put_cell(FILE *f, const struct lab_matrix_run *run)
{
	const char *verdict = lab_json_text_of(run->results, "verdict");
	json_t *totals = json_object_get(run->results, "totals");

	fprintf(f, "<td class=\"%s\" title=\"", class_of(run->results));
	lab_report_html(f, lab_json_text_of(run->results, "reason"));
	fputs("\">", f);
	if (totals) {
		fputs("<a href=\"", f);
		put_link(f, run->name);
		fputs("\">", f);
	}
	fprintf(f, "<b>%s</b>%s", verdict, totals ? "</a>" : "");
	put_counts(f, totals);
	fputs("</td>", f);
}

/* What a run is of, but for its mode; to be freed. */
static char *row_of(const struct lab_matrix_run *run)
{
	static const char *const parts[] = { "kernel", "topology", "profile", "bed" };
	struct lab_text t = { NULL };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *part = lab_json_text_of(run->job, parts[i]);

		if (part[0])
			lab_text_addf(&t, "%s%s", t.len ? ", " : "", part);
	}
	return lab_text_take(&t);
}

/* {ROW: {MODE: index of the run}}; all modes go to @modes. */
static json_t *rows(const struct lab_matrix_run *runs, size_t nr, json_t *modes)
{
	json_t *all = json_object();

	for (size_t i = 0; i < nr; i++) {
		const char *mode = lab_json_text_of(runs[i].job, "mode");
		char *name = row_of(&runs[i]);

		if (!json_object_get(all, name))
			json_object_set_new(all, name, json_object());
		json_object_set_new(json_object_get(all, name), mode, json_integer((json_int_t)i));
		json_object_set_new(modes, mode, json_null());
		free(name);
	}
	return all;
}

static void put_grid(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	json_t *modes = json_object(), *all = rows(runs, nr, modes), *row, *at, *unused;
	const char *name, *mode;

	fputs("<table class=\"grid\">\n<thead><tr><th></th>", f);
	json_object_foreach(modes, mode, unused) {
		fputs("<th>", f);
		lab_report_html(f, mode);
		fputs("</th>", f);
	}
	fputs("</tr></thead>\n<tbody>\n", f);
	json_object_foreach(all, name, row) {
		fputs("<tr><th>", f);
		lab_report_html(f, name);
		fputs("</th>", f);
		json_object_foreach(modes, mode, unused) {
			at = json_object_get(row, mode);
			if (at)
				put_cell(f, &runs[json_integer_value(at)]);
			else
				fputs("<td></td>", f);
		}
		fputs("</tr>\n", f);
	}
	fputs("</tbody>\n</table>\n", f);
	json_decref(modes);
	json_decref(all);
}

static void put_failure(FILE *f, const char *title, const char *why)
{
	fputs("<li><span class=\"name\">", f);
	lab_report_html(f, title);
	fputs("</span>", f);
	if (why[0]) {
		fputs(": ", f);
		lab_report_html(f, why);
	}
	fputs("</li>\n", f);
}

/* Of a run in which something went wrong. */
static void put_failures(FILE *f, const struct lab_matrix_run *run)
{
	json_t *one;
	size_t i;

	if (!lab_campaign_is_bad(run->results))
		return;
	fputs("<h2>", f);
	lab_report_html(f, run->title);
	fprintf(f, ": %s</h2>\n<p>", lab_json_text_of(run->results, "verdict"));
	lab_report_html(f, lab_json_text_of(run->results, "reason"));
	fputs("</p>\n<ul>\n", f);
	json_array_foreach(json_object_get(run->results, "cases"), i, one) {
		char *title = lab_case_title(one);

		if (lab_case_failed(one))
			put_failure(f, title, lab_case_why(one));
		free(title);
	}
	fputs("</ul>\n", f);
}

void lab_matrix_page(FILE *f, const struct lab_matrix_run *runs, size_t nr)
{
	size_t bad = 0;

	for (size_t i = 0; i < nr; i++)
		bad += lab_campaign_is_bad(runs[i].results);
	fprintf(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>%zu of %zu runs without a failure</title>\n<link rel=\"icon\" href=\"data:,\">\n"
		"<style>\n%s%s</style>\n</head>\n<body>\n"
		"<header id=\"verdict\" class=\"%s\"><h1>%zu of %zu runs without a failure</h1></header>\n"
		"<main>\n", nr - bad, nr, page_css, style, bad ? "fail" : "pass", nr - bad, nr);
	put_grid(f, runs, nr);
	for (size_t i = 0; i < nr; i++)
		put_failures(f, &runs[i]);
	fputs("</main>\n</body>\n</html>\n", f);
}
