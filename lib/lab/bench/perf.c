// SPDX-License-Identifier: GPL-2.0
/*
 * "lab perf": what got slower from one kernel to another.
 *
 * Counts are exact: one that is greater in all runs is a regression. Of times a single pair of runs
 * says nothing, and runs of another hour little: so runs of the two kernels alternate, and what is
 * said of times is said only if it can be no accident (see figures.h). What was recorded before is
 * compared by its counts alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/colour.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/run_dir.h"
#include "bench/bench.h"
#include "bench/perf_side.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/figures.h"
#include "run/setup.h"
#include "verdict/measured.h"

/* Of each kernel: as many as it takes to say anything of times. */
#define DEFAULT_ROUNDS	5

struct perf {
	const struct lab_paths *paths;
	struct lab_options options;	/* of each run, but for its kernel */
	const char *given[2], *dir;
	size_t nr_given;
	long rounds, margin;
	struct lab_perf_side sides[2];
	struct lab_campaign campaign;
};

enum { ROUNDS = 1, MARGIN };

static const struct argp_option options[] = {
	{ "rounds", ROUNDS, "N", 0, "Runs of each kernel, in turn (default: 5); 1 is enough for counts", 0 },
	{ "margin", MARGIN, "PERCENT", 0, "By so much a time has to differ at least (default: 5)", 0 },
	{ "out", LAB_COMMAND_KEY(perf, dir), "DIR", 0,
	  "Results go to DIR/perf.json and perf.md; before.jsonl and now.jsonl there can be given as "
	  "BEFORE and NOW again (default: build/perf)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct perf *p = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &p->options;
		return 0;
	case ROUNDS:
		return lab_command_number(state, "rounds", arg, "a number", 1, LAB_MAX_ROUNDS,
					  &p->rounds);
	case MARGIN:
		return lab_command_number(state, "margin", arg, "percent", 0, 1000, &p->margin);
	case ARGP_KEY_ARG:
		if (p->nr_given == 2)
			return ARGP_ERR_UNKNOWN;
		p->given[p->nr_given++] = arg;
		return 0;
	case ARGP_KEY_END:
		if (p->nr_given < 2)
			return lab_command_refuse(state, "give two: each a series, a built tree, or "
						  "what was recorded");
		if (p->options.beds > 1)
			return lab_command_refuse(state,
				"--beds: beds side by side disturb each other");
		return 0;
	default:
		return lab_command_take(state, options, key, arg);
	}
}

static const struct argp_child children[] = { { .argp = &lab_tests_argp, .group = 2 }, { 0 } };

static const struct argp command = {
	options, parse, "BEFORE NOW",
	"Which figures got worse from one kernel to another: counts, which are exact, and then times, "
	"by runs of both in turn. BEFORE and NOW are each a series of Debian's kernels, a built "
	"tree (a path with a slash), or what was recorded before: the directory or the results.json "
	"of a run, or a file of lab soak or lab perf. That is compared by its counts only."
	"\vExit code: 0 nothing got worse, 1 something did, 4 there was nothing to compare, 13 "
	"infrastructure, 64 wrong usage, 128+N interrupted by signal N",
	children, NULL, NULL
};

/* Keep what the run of @s brought; its directory stays. */
static int take(struct perf *p, struct lab_perf_side *s, const char *dir, json_t *results,
		struct lab_error *e)
{
	char *file = lab_format("%s/%s.jsonl", p->dir, s->name);
	const char *verdict = lab_json_text_of(results, "verdict");
	json_t *line = lab_perf_side_line(results);
	int ret = lab_soak_append(file, line, e);

	lab_perf_side_add(s, results);
	(lab_campaign_is_bad(results) ? lab_progress_alert : lab_progress_say)(&p->campaign.progress,
		"%s, run %u: %s%s%s: %s, %zu figures, %.0f s; see %s", s->name, s->runs,
		lab_colour(stdout, verdict), verdict, lab_colour_end(stdout),
		lab_json_text_of(results, "reason"), json_object_size(json_object_get(line, "figures")),
		json_number_value(json_object_get(results, "seconds")), dir);
	json_decref(line);
	free(file);
	return ret;
}

static int run_once(struct perf *p, struct lab_perf_side *s, struct lab_error *e)
{
	char *status = lab_format("%s, run %u of %ld", s->name, s->runs + 1, p->rounds);
	char *wanted = lab_format("%s/%s-%u", p->dir, s->name, s->runs + 1), dir[PATH_MAX];
	struct lab_options o = p->options;
	json_t *results = NULL;
	int ret = lab_run_dir_make(p->paths->state, wanted, dir, e);

	*(strchr(s->given, '/') ? &o.kdir : &o.series) = s->given;
	o.out = dir;
	if (!ret)
		ret = lab_campaign_run(&p->campaign, &o, status, &results, e);
	if (results)
		ret = take(p, s, dir, results, e);
	json_decref(results);
	free(wanted);
	free(status);
	return ret;
}

static int run_all(struct perf *p, struct lab_error *e)
{
	int ret = 0;

	for (long n = 0; n < p->rounds; n++)
		for (size_t i = 0; i < 2; i++) {
			if (!p->sides[i].recorded)
				ret = run_once(p, &p->sides[i], e);
			if (ret || p->campaign.stopped_by)
				return ret;
		}
	return 0;
}

/* What was recorded at another time, on a machine that was busy otherwise, is no measure of times. */
static void leave_out_times(json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if (!lab_unit(lab_json_text_of(row, "unit"))->exact)
			json_object_set_new(row, "change", json_string("recorded"));
}

static size_t count(json_t *rows, const char *change, bool exact)
{
	size_t nr = 0, i;
	json_t *row;

	json_array_foreach(rows, i, row)
		nr += !strcmp(lab_json_text_of(row, "change"), change) &&
			lab_unit(lab_json_text_of(row, "unit"))->exact == exact;
	return nr;
}

static void add_table(struct lab_text *t, const struct perf *p, json_t *rows)
{
	static const char *const keys[] = { "kernel", "mode", "topology", "profile" };

	lab_text_addf(t, "| | before | now |\n|---|---|---|\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		lab_report_cell(t, keys[i]);
		for (size_t k = 0; k < 2; k++)
			lab_report_cell(t, lab_json_text_of(p->sides[k].about, keys[i]));
		lab_text_addf(t, "|\n");
	}
	lab_text_addf(t, "| runs | %u | %u |\n", p->sides[0].runs, p->sides[1].runs);
	lab_figures_table(t, rows, "worse", "Worse");
	lab_figures_table(t, rows, "better", "Better");
	lab_text_addf(t, "\nOf %zu counts %zu are greater and %zu smaller.\n",
		      count(rows, "worse", true) + count(rows, "better", true) + count(rows, "same", true),
		      count(rows, "worse", true), count(rows, "better", true));
	lab_text_addf(t, "Of times, rates and exponents %zu are worse and %zu better, each by %ld %% at least; %zu do not differ so clearly, of %zu there were too few rounds, and %zu were recorded.\n",
		      count(rows, "worse", false), count(rows, "better", false), p->margin,
		      count(rows, "same", false), count(rows, "few", false),
		      count(rows, "recorded", false));
}

static int report(struct perf *p, struct lab_error *e)
{
	char *json = lab_format("%s/perf.json", p->dir), *md = lab_format("%s/perf.md", p->dir);
	json_t *rows = lab_figures_compare(p->sides[0].figures, p->sides[1].figures,
					   (double)p->margin / 100), *all;
	struct lab_text t = { NULL };
	int ret, code;

	if (p->sides[0].recorded || p->sides[1].recorded)
		leave_out_times(rows);
	code = !json_array_size(rows) ? LAB_EXIT_SKIP :
		count(rows, "worse", true) + count(rows, "worse", false) ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
	add_table(&t, p, rows);
	all = json_pack("{s:i, s:O, s:O, s:f, s:f, s:o}", "version", 1, "before", p->sides[0].about,
			"now", p->sides[1].about, "confidence", LAB_FIGURES_CONFIDENCE,
			"margin", (double)p->margin / 100, "figures", rows);
	if (code == LAB_EXIT_SKIP)
		printf("there is no figure that both have\n");
	else
		printf("\n%s\nresults in %s\n", t.s, p->dir);
	ret = lab_json_write(json, all, e) ?: lab_write_file(md, t.s, t.len, e);
	lab_text_clear(&t);
	json_decref(all);
	free(json);
	free(md);
	return ret ? ret : code;
}

/* Is there all that is to be run? Before anything of it is. */
static int look(struct perf *p, struct lab_error *e)
{
	static const char *const names[] = { "before", "now" };
	int ret = 0;

	for (size_t i = 0; !ret && i < 2; i++) {
		struct lab_options o = p->options;
		json_t *setup = NULL;

		ret = lab_perf_side(&p->sides[i], names[i], p->given[i], e);
		if (ret || p->sides[i].recorded)
			continue;
		*(strchr(p->given[i], '/') ? &o.kdir : &o.series) = p->given[i];
		ret = lab_setup_describe(p->paths, &o, &setup, e);
		json_decref(setup);
	}
	return ret;
}

/* The last comparison is of no use to this one, but for what may be given as recorded. */
static int clear(const struct perf *p, struct lab_error *e)
{
	int ret = lab_make_dirs(p->dir, e);

	for (size_t i = 0; i < 2; i++) {
		char *file = lab_format("%s/%s.jsonl", p->dir, p->sides[i].name);

		if (!ret && !p->sides[i].recorded)
			ret = lab_remove_tree(file, e);
		free(file);
	}
	return ret;
}

static int perf(struct perf *p, struct lab_error *e)
{
	int ret = look(p, e);

	if (!ret)
		ret = clear(p, e);
	if (ret)
		return ret;
	ret = lab_campaign_begin(&p->campaign, p->paths, p->options.quiet, e);
	if (!ret)
		ret = run_all(p, e);
	lab_progress_end(&p->campaign.progress);
	return ret || p->campaign.stopped_by ? ret : report(p, e);
}

int lab_perf_main(int argc, char *argv[], const struct lab_paths *paths)
{
	/* Its life is the process's, as of all that it holds. */
	static struct perf p = { .rounds = DEFAULT_ROUNDS, .margin = 100 * LAB_FIGURES_MARGIN };
	struct lab_error e;
	int ret;

	p.paths = paths;
	p.dir = lab_format("%s/perf", paths->state);
	ret = lab_command_parse(&command, argc, argv, &p);
	if (ret)
		return ret;
	if (!p.options.profile && !p.options.kselftest)
		p.options.profile = LAB_BENCH_PROFILE;
	p.options.beds = 1;
	ret = perf(&p, &e);
	if (p.campaign.stopped_by)
		return 128 + p.campaign.stopped_by;
	if (ret >= 0)
		return ret;
	fprintf(stderr, "lab: %s\n", e.text);
	return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
}
