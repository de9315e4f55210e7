// SPDX-License-Identifier: GPL-2.0
/*
 * "lab bench": the programs of a profile in turn, round after round, in one boot of one kernel, so
 * that what drifts on this machine hits all of them alike.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/run_dir.h"
#include "bench/bench.h"
#include "bench/ratios.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/figures.h"
#include "run/run.h"

/* As many as it takes for two of these to be compared, see figures.h. */
#define DEFAULT_ROUNDS	5

struct bench {
	struct lab_options options;
	const struct lab_paths *paths;
	char dir[PATH_MAX];
	int stopped_by;
};

enum { ROUNDS = 1 };

static const struct argp_option options[] = {
	{ "rounds", ROUNDS, "N", 0, "So many rounds, 3 at least (default: 5)", 0 },
	{ "out", LAB_COMMAND_KEY(bench, options.out), "DIR", 0,
	  "Results go to DIR, as those of lab run, with bench.md, bench.json and bench.svg (default: "
	  "build/runs/DATE)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench *b = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &b->options;
		return 0;
	case ROUNDS:
		return lab_command_number(state, "rounds", arg, "a number", 3, LAB_MAX_ROUNDS,
					  &b->options.rounds);
	case ARGP_KEY_END:
		return b->options.beds > 1 ?
			lab_command_refuse(state, "--beds: beds side by side disturb each other") : 0;
	default:
		return lab_command_take(state, options, key, arg);
	}
}

static const struct argp command = {
	options, parse, NULL,
	"Measure how fast this kernel, and the suite on it, are: the programs of profile perf in turn, "
	"round after round, in one boot. With --kselftest also those of the kernel's own tests that "
	"do the same, for comparison. Two of these are compared by lab compare."
	"\vExit code: as of lab run; whether a target is met is no part of it",
	lab_setup_children, NULL, NULL
};

static int write_text(const struct bench *b, const char *name, struct lab_text *t, struct lab_error *e)
{
	char *path = lab_format("%s/%s", b->dir, name);
	int ret = lab_write_file(path, t->s, t->len, e);

	free(path);
	lab_text_clear(t);
	return ret;
}

static int read_rows(const struct bench *b, json_t **rows, struct lab_error *e)
{
	char *path = lab_format("%s/selftests/perf/ratios.json", b->paths->repo);
	struct lab_error why;
	json_error_t jerr;
	int ret = 0;

	*rows = lab_is_file(path) ? json_load_file(path, 0, &jerr) : json_array();
	if (!*rows)
		ret = lab_fail(e, -EINVAL, "%s: line %d: %s", path, jerr.line, jerr.text);
	else if (lab_ratios_check(*rows, &why))
		ret = lab_fail(e, -EINVAL, "%s: %s", path, why.text);
	free(path);
	return ret;
}

static int report(const struct bench *b, json_t *results, json_t *rows, struct lab_error *e)
{
	json_t *figures = json_object(), *missing = json_array(), *ratios, *bench, *line;
	char *path = lab_format("%s/bench.json", b->dir);
	struct lab_text table = { NULL }, chart = { NULL };
	size_t i;
	int ret;

	lab_figures_add(figures, results);
	ratios = lab_ratios(rows, figures, missing);
	bench = lab_bench_document(results, figures, ratios);
	lab_bench_ratios_table(&table, bench);
	json_array_foreach(missing, i, line)
		lab_text_addf(&table, "%s%s\n", i ? "" : "\n", json_string_value(line));
	if (table.len)
		printf("\n%s", table.s);
	lab_text_addf(&table, "\n");
	lab_bench_figures_table(&table, bench);
	lab_bench_chart(&chart, bench);
	printf("\n%zu figures in %s/bench.md, a picture in %s/bench.svg\n", json_object_size(figures),
	       b->dir, b->dir);
	ret = lab_json_write(path, bench, e) ?: write_text(b, "bench.md", &table, e) ?:
	      write_text(b, "bench.svg", &chart, e);
	json_decref(bench);
	json_decref(ratios);
	json_decref(missing);
	json_decref(figures);
	free(path);
	return ret;
}

/* The run is one like any other, in its own words. Its exit code, or -errno. */
static int run(struct bench *b, struct lab_error *e)
{
	sigset_t signals;
	int ret = lab_process_signals(&signals, e);
	pid_t pid;

	if (ret)
		return ret;
	pid = lab_run_start(b->paths, &b->options, NULL, e);
	if (pid < 0)
		return pid;
	ret = lab_process_watch(pid, &signals, &b->stopped_by, NULL, NULL);
	return ret < 0 ? lab_fail(e, ret, "waitpid(): %s", strerror(-ret)) : ret;
}

static int bench(struct bench *b, struct lab_error *e)
{
	json_t *rows = NULL, *results = NULL;
	int code, ret = read_rows(b, &rows, e);

	if (!ret)
		ret = lab_run_dir_make(b->paths->state, b->options.out, b->dir, e);
	if (!ret && !b->options.out)
		ret = lab_run_dir_latest(b->dir, e);
	b->options.out = b->dir;
	code = ret ? ret : run(b, e);
	/* What was refused, or cut short, has said why. */
	if (code >= 0 && !b->stopped_by && code != LAB_EXIT_USAGE)
		ret = lab_results_load(b->dir, &results, e);
	if (results)
		ret = report(b, results, rows, e);
	json_decref(results);
	json_decref(rows);
	return ret ? ret : code;
}

int lab_bench_main(int argc, char *argv[], const struct lab_paths *paths)
{
	static struct bench b = { .options.rounds = DEFAULT_ROUNDS };
	struct lab_error e;
	int ret;

	b.paths = paths;
	ret = lab_command_parse(&command, argc, argv, &b);
	if (ret)
		return ret;
	if (!b.options.profile)
		b.options.profile = LAB_BENCH_PROFILE;
	b.options.beds = 1;
	ret = bench(&b, &e);
	if (b.stopped_by)
		return 128 + b.stopped_by;
	if (ret >= 0)
		return ret;
	fprintf(stderr, "lab: %s\n", e.text);
	return ret == -EINVAL ? LAB_EXIT_USAGE : LAB_EXIT_INFRASTRUCTURE;
}
