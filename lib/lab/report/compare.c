// SPDX-License-Identifier: GPL-2.0
/*
 * "lab compare": what is other in the second of two runs. Tests are known by their names, so
 * that runs on different kernels, and of different versions of the suite, can be compared.
 */
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/json_text.h"
#include "report/cases.h"
#include "report/compare.h"
#include "report/figures.h"

enum state { ABSENT, PASSED, FAILED, ERROR, SKIPPED, NR_STATES };

enum change { SAME, NEW_FAILURE, STILL_FAILING, FIXED, NEWLY_SKIPPED, NEWLY_PASSING, WENT, CAME };

static const struct {
	const char *key, *title;
	bool worse;		/* a result that was there is lost, or bad */
} changes[] = {
	[NEW_FAILURE]	= { "new_failures", "New failures", true },
	[NEWLY_SKIPPED]	= { "newly_skipped", "Newly skipped", true },
	[WENT]		= { "went", "Tests that are no more", true },
	[STILL_FAILING]	= { "still_failing", "Still failing", false },
	[FIXED]		= { "fixed", "Fixed", false },
	[NEWLY_PASSING]	= { "newly_passing", "Newly passing", false },
	[CAME]		= { "came", "Tests that are new", false },
};

/* In the order in which they are told. */
static const enum change order[] = {
	NEW_FAILURE, NEWLY_SKIPPED, WENT, STILL_FAILING, FIXED, NEWLY_PASSING, CAME,
};

/* Rows: what it was; columns: what it is now. */
static const enum change table[NR_STATES][NR_STATES] = {
	[ABSENT]  = { SAME, CAME, NEW_FAILURE, NEW_FAILURE, CAME },
	[PASSED]  = { WENT, SAME, NEW_FAILURE, NEW_FAILURE, NEWLY_SKIPPED },
	[FAILED]  = { WENT, FIXED, STILL_FAILING, STILL_FAILING, NEWLY_SKIPPED },
	[ERROR]   = { WENT, FIXED, NEW_FAILURE, STILL_FAILING, NEWLY_SKIPPED },
	[SKIPPED] = { WENT, NEWLY_PASSING, NEW_FAILURE, NEW_FAILURE, SAME },
};

static enum state state_of(json_t *one)
{
	const char *status = lab_json_text_of(one, "status");

	if (!one)
		return ABSENT;
	return !strcmp(status, "fail") ? FAILED : !strcmp(status, "error") ? ERROR :
		!strcmp(status, "skip") ? SKIPPED : PASSED;
}

/* {"PROGRAM:CASE": case}, borrowed from @results; the caller's. Of several rounds one that failed. */
static json_t *by_title(json_t *results)
{
	json_t *all = json_object(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		char *title = lab_case_title(one);

		if (!lab_case_failed(json_object_get(all, title)))
			json_object_set(all, title, one);
		free(title);
	}
	return all;
}

static void take(json_t *found, const char *title, json_t *before, json_t *now)
{
	enum change change = table[state_of(before)][state_of(now)];
	const char *was = lab_json_text_of(before, "status"), *is = lab_json_text_of(now, "status");

	if (change != SAME)
		json_array_append_new(json_object_get(found, changes[change].key),
			json_pack("{s:s, s:o, s:o, s:o}", "test", title,
				  "from", was[0] ? json_string(was) : json_null(),
				  "to", is[0] ? json_string(is) : json_null(),
				  "why", lab_json_text(lab_case_why(now ? now : before))));
}

/* Was the program of @one selected for the run @results? */
static bool has_program(json_t *results, json_t *one)
{
	json_t *program;
	size_t i;

	json_array_foreach(json_object_get(results, "programs"), i, program)
		if (!strcmp(lab_json_text_of(program, "name"), lab_json_text_of(one, "program")))
			return true;
	return false;
}

/* A program that only one of the runs had is one row, whatever tests it has. */
static void take_program(json_t *found, enum change change, json_t *one)
{
	json_t *rows = json_object_get(found, changes[change].key), *row;
	const char *program = lab_json_text_of(one, "program");
	size_t i;

	json_array_foreach(rows, i, row)
		if (!strcmp(lab_json_text_of(row, "test"), program))
			return;
	json_array_append_new(rows, json_pack("{s:s, s:n, s:n, s:s}", "test", program, "from", "to",
					      "why", "the program is part of one run only"));
}

/* How fast the guest was under pressure, of what it was without; 0: not told. */
static double speed(json_t *one)
{
	double under, baseline;

	return lab_case_speed(one, &under, &baseline) && under > 0 && baseline > 0 ?
		under / baseline : 0;
}

/* Of a test in both runs, with the same parameters: how much faster its guest became. */
static void take_speed(json_t *ratios, const char *title, json_t *before, json_t *now)
{
	const char *pressure = strrchr(title, '.');
	double was = speed(before), is = speed(now);

	if (!pressure || was <= 0 || is <= 0 ||
	    strcmp(lab_json_text_of(before, "case"), lab_json_text_of(now, "case")))
		return;
	if (!json_object_get(ratios, pressure + 1))
		json_object_set_new(ratios, pressure + 1, json_array());
	json_array_append_new(json_object_get(ratios, pressure + 1), json_real(is / was));
}

/* Enough to tell a trend from an accident, and so much slower that half of them are clear. */
#define SLOWER_MIN	4
#define SLOWER_THAN	0.8

static json_t *slower(json_t *ratios)
{
	json_t *found = json_array(), *values, *value;
	const char *pressure;
	double all[256];
	size_t i;

	json_object_foreach(ratios, pressure, values) {
		size_t n = 0;

		json_array_foreach(values, i, value)
			if (n < sizeof(all) / sizeof(all[0]))
				all[n++] = json_number_value(value);
		gsl_sort(all, 1, n);
		if (n >= SLOWER_MIN && gsl_stats_quantile_from_sorted_data(all, 1, n, .75) < SLOWER_THAN)
			json_array_append_new(found, json_pack("{s:s, s:i, s:f, s:f, s:f}",
				"pressure", pressure, "tests", (int)n,
				"ratio", gsl_stats_median_from_sorted_data(all, 1, n),
				"quartile_1", gsl_stats_quantile_from_sorted_data(all, 1, n, .25),
				"quartile_3", gsl_stats_quantile_from_sorted_data(all, 1, n, .75)));
	}
	return found;
}

static json_t *compare_figures(json_t *before, json_t *now)
{
	json_t *a = json_object(), *b = json_object(), *rows;

	lab_figures_add(a, before);
	lab_figures_add(b, now);
	rows = lab_figures_compare(a, b, LAB_FIGURES_MARGIN);
	json_decref(b);
	json_decref(a);
	return rows;
}

json_t *lab_compare(json_t *before, json_t *now)
{
	json_t *a = by_title(before), *b = by_title(now), *found = json_object(), *one;
	json_t *ratios = json_object();
	const char *title;
	bool worse = false;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		json_object_set_new(found, changes[order[i]].key, json_array());
	json_object_foreach(a, title, one) {
		if (has_program(now, one))
			take(found, title, one, json_object_get(b, title));
		else
			take_program(found, WENT, one);
	}
	json_object_foreach(b, title, one) {
		json_t *old = json_object_get(a, title);

		if (!old && has_program(before, one))
			take(found, title, NULL, one);
		else if (!old)
			take_program(found, CAME, one);
		else
			take_speed(ratios, title, old, one);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		worse |= changes[order[i]].worse &&
			json_array_size(json_object_get(found, changes[order[i]].key));
	json_object_set_new(found, "slower", slower(ratios));
	json_object_set_new(found, "figures", compare_figures(before, now));
	json_object_set_new(found, "worse", json_boolean(worse));
	json_decref(ratios);
	json_decref(a);
	json_decref(b);
	return found;
}

static void add_runs(struct lab_text *t, json_t *before, json_t *now)
{
	static const char *const keys[] = {
		"kernel", "kernel_commit", "suite_revision", "mode", "profile", "started", "verdict",
	};

	lab_text_addf(t, "| | before | now |\n|---|---|---|\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		lab_report_cell(t, keys[i]);
		lab_report_cell(t, lab_json_text_of(before, keys[i]));
		lab_report_cell(t, lab_json_text_of(now, keys[i]));
		lab_text_addf(t, "|\n");
	}
}

static void add_change(struct lab_text *t, json_t *found, enum change change)
{
	json_t *rows = json_object_get(found, changes[change].key), *row;
	size_t i;

	if (!json_array_size(rows))
		return;
	lab_text_addf(t, "\n## %s: %zu\n\n| test | before | now | why |\n|---|---|---|---|\n",
		      changes[change].title, json_array_size(rows));
	json_array_foreach(rows, i, row) {
		lab_report_cell(t, lab_json_text_of(row, "test"));
		lab_report_cell(t, lab_json_text_of(row, "from"));
		lab_report_cell(t, lab_json_text_of(row, "to"));
		lab_report_cell(t, lab_json_text_of(row, "why"));
		lab_text_addf(t, "|\n");
	}
}

static void add_slower(struct lab_text *t, json_t *rows)
{
	const char *pressure;
	double ratio, low, high;
	json_t *row;
	size_t i;
	int n;

	if (json_array_size(rows))
		lab_text_addf(t, "\n## Guests that became slower\n\nSpeed under pressure, of that "
			      "without; a single run tells little about time.\n\n"
			      "| pressure | tests | ratio | quartiles |\n|---|--:|--:|---|\n");
	json_array_foreach(rows, i, row)
		if (!json_unpack(row, "{s:s, s:i, s:f, s:f, s:f}", "pressure", &pressure,
				 "tests", &n, "ratio", &ratio, "quartile_1", &low,
				 "quartile_3", &high))
			lab_text_addf(t, "| %s | %d | %.2f | %.2f to %.2f |\n", pressure, n, ratio,
				      low, high);
}

void lab_compare_table(struct lab_text *t, json_t *before, json_t *now, json_t *found)
{
	add_runs(t, before, now);
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		add_change(t, found, order[i]);
	add_slower(t, json_object_get(found, "slower"));
	lab_figures_table(t, json_object_get(found, "figures"), "worse", "Figures that got worse");
	lab_text_addf(t, "\n%s\n", json_is_true(json_object_get(found, "worse")) ?
		      "Something is worse." : "Nothing is worse.");
}

struct compare {
	const char *runs[2];
	size_t nr_runs;
	bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct compare *c = state->input;

	switch (key) {
	case 'j':
		c->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (c->nr_runs == 2)
			return ARGP_ERR_UNKNOWN;
		c->runs[c->nr_runs++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (c->nr_runs < 2)
			return lab_command_refuse(state, "give two runs: the directory, or the "
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
	.args_doc = "BEFORE NOW",
	.doc = "What is other in the second of two runs: new failures, fixed, newly skipped or "
		"passing, tests that came and went, guests that became slower, figures that got "
		"worse. A test that is no more, or skipped now, is worse than one that passed: a renamed "
		"test is no success."
		"\vExit code: 0 nothing is worse (speed and figures apart, see lab perf), 1 something is, 13 "
		"infrastructure, 64 wrong usage",
};

int lab_compare_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct compare c = { .nr_runs = 0 };
	json_t *runs[2] = { NULL }, *found;
	struct lab_text t = { NULL };
	struct lab_error e;
	int ret = lab_command_parse(&command, argc, argv, &c);

	(void)paths;
	if (ret)
		return ret;
	for (int i = 0; !ret && i < 2; i++)
		ret = lab_results_load(c.runs[i], &runs[i], &e);
	if (!ret) {
		found = lab_compare(runs[0], runs[1]);
		ret = json_is_true(json_object_get(found, "worse")) ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
		lab_compare_table(&t, runs[0], runs[1], found);
		if (c.json ? json_dumpf(found, stdout, JSON_INDENT(2)) || putchar('\n') == EOF :
		    fputs(t.s, stdout) == EOF)
			ret = LAB_EXIT_INFRASTRUCTURE;
		lab_text_clear(&t);
		json_decref(found);
	} else {
		fprintf(stderr, "lab: %s\n", e.text);
		ret = LAB_EXIT_USAGE;
	}
	json_decref(runs[0]);
	json_decref(runs[1]);
	return ret;
}
