// SPDX-License-Identifier: GPL-2.0
/*
 * The same programs on several kernels, in several modes: one run each, one table.
 *
 * A run that came to its end is kept with a description of what it ran, and not
 * done again while that is the same; so a matrix can be interrupted, and a kernel
 * added to it.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/command.h"
#include "base/fsys.h"
#include "base/paths.h"
#include "base/text.h"
#include "campaign/matrix.h"
#include "campaign/matrix_table.h"
#include "run/options.h"
#include "run/setup.h"
#include "verdict/verdict.h"

struct matrix {
	const struct lab_paths *paths;
	const char *kernels, *modes;
	bool again;
	struct lab_options options;	/* of each run, but for its kernel and mode */
	const char *out;
	struct lab_matrix_run *runs;
	size_t nr_runs;
	bool failed, incomplete;
};

enum { KERNELS = 256, MODES, AGAIN, OUT };

static const struct argp_option options[] = {
	{ "kernels", KERNELS, "LIST", 0,
	  "Debian's series, or directories of built trees, blanks between (default: 5.10 6.1 "
	  "6.12 7.2)",
	  0 },
	{ "modes", MODES, "LIST", 0, "Modes of the suite (default: its first)", 0 },
	{ "again", AGAIN, NULL, 0, "Also what was run before", 0 },
	{ "out", OUT, "DIR", 0,
	  "Results go to DIR/RELEASE-MODE and DIR/matrix.md (default: build/matrix)", 0 },
	{ 0 }
};

/* A list of nothing but blanks is none. */
static error_t take_list(const struct argp_state *state, int key, const char *arg,
			 const char **list)
{
	return lab_command_word(state, options, key, arg + strspn(arg, " "), list);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct matrix *m = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &m->options;
		return 0;
	case KERNELS:
		return take_list(state, key, arg, &m->kernels);
	case MODES:
		return take_list(state, key, arg, &m->modes);
	case AGAIN:
		m->again = true;
		return 0;
	case OUT:
		return lab_command_word(state, options, key, arg, &m->out);
	case ARGP_KEY_END:
		if (m->options.mode)
			return lab_command_refuse(state,
				"--mode: the modes of a matrix are given with --modes");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { .argp = &lab_tests_argp }, { 0 } };

static const struct argp command = {
	options, parse, NULL,
	"Run the same programs on several kernels and print what became of each test where. "
	"What was run before with the same kernel, programs and options is not run again."
	"\vExit code: 0 nothing failed, 1 something did, 13 infrastructure, 64 wrong usage",
	children, NULL, NULL
};

/* One kernel in one mode. */
struct cell {
	struct lab_options options;
	json_t *setup;		/* what is run */
	char *title, *dir, *made_of;	/* the last: file with the setup of what is in dir */
};

static int describe(const struct matrix *m, const char *kernel, const char *mode,
		    struct cell *cell, struct lab_error *e)
{
	const char *release;
	int ret;

	*cell = (struct cell){ .options = m->options };
	if (strchr(kernel, '/'))
		cell->options.kdir = kernel;
	else
		cell->options.series = kernel;
	cell->options.mode = mode;
	ret = lab_setup_describe(m->paths, &cell->options, &cell->setup, e);
	if (ret)
		return ret;
	release = json_string_value(json_object_get(cell->setup, "kernel"));
	mode = json_string_value(json_object_get(cell->setup, "mode"));
	cell->title = lab_format("%s %s", release, mode);
	cell->dir = lab_format("%s/%s-%s", m->out, release, mode);
	cell->made_of = lab_format("%s/setup.json", cell->dir);
	return 0;
}

static void forget(struct cell *cell)
{
	json_decref(cell->setup);
	free(cell->title);
	free(cell->dir);
	free(cell->made_of);
}

/* What a run that came to its end left; NULL if there is none, or of something else. */
static json_t *load(const struct cell *cell)
{
	json_t *made_of = json_load_file(cell->made_of, 0, NULL), *results = NULL;
	char *path = lab_format("%s/results.json", cell->dir);

	if (json_equal(made_of, cell->setup))
		results = json_load_file(path, 0, NULL);
	json_decref(made_of);
	free(path);
	return results;
}

static int start(const struct matrix *m, const struct cell *cell)
{
	char *log = lab_format("%s/lab.log", cell->dir);
	struct lab_options o = cell->options;
	struct lab_argv argv = { NULL };
	int code;

	o.out = cell->dir;
	lab_argv_addf(&argv, "%s/lab", m->paths->build);
	lab_argv_add(&argv, "run");
	lab_options_args(&o, &argv);
	code = lab_child_run(argv.words, log);
	lab_argv_free(&argv);
	free(log);
	return code;
}

static int run(const struct matrix *m, const struct cell *cell, json_t **results,
	       struct lab_error *e)
{
	int code, ret = lab_remove_tree(cell->dir, e);

	if (!ret)
		ret = lab_make_dirs(cell->dir, e);
	if (ret)
		return ret;
	code = start(m, cell);
	if (code != LAB_EXIT_PASS && code != LAB_EXIT_FAIL && code != LAB_EXIT_SKIP)
		return lab_fail(e, -EIO, "lab run exited %d, see %s", code, cell->dir);
	if (json_dump_file(cell->setup, cell->made_of, JSON_INDENT(2)))
		return lab_fail(e, -EIO, "%s cannot be written", cell->made_of);
	*results = load(cell);
	return *results ? 0 : lab_fail(e, -EIO, "no results in %s", cell->dir);
}

static void add(struct matrix *m, struct cell *cell, json_t *results)
{
	int passed = 0, failed = 0, skipped = 0;
	double seconds = 0;

	m->runs = lab_realloc(m->runs, m->nr_runs + 1, sizeof(*m->runs));
	m->runs[m->nr_runs++] = (struct lab_matrix_run){
		.title = lab_strdup(cell->title), .results = results,
	};
	json_unpack(results, "{s:F, s:{s:i, s:i, s:i}}", "seconds", &seconds, "totals",
		    "passed", &passed, "failed", &failed, "skipped", &skipped);
	m->failed |= json_integer_value(json_object_get(results, "exit_code")) == LAB_EXIT_FAIL;
	printf("%s: %d passed, %d failed, %d skipped (%.1f s)\n", cell->title, passed, failed,
	       skipped, seconds);
	fflush(stdout);
}

/* What goes wrong with one kernel says nothing about the others. */
static int fill(struct matrix *m, const char *kernel, const char *mode)
{
	struct lab_error e;
	json_t *results = NULL;
	struct cell cell;
	int ret = describe(m, kernel, mode, &cell, &e);

	if (!ret && !m->again)
		results = load(&cell);
	if (!ret && !results)
		ret = run(m, &cell, &results, &e);
	if (!ret)
		add(m, &cell, results);
	else
		fprintf(stderr, "lab: %s: %s\n", kernel, e.text);
	forget(&cell);
	m->incomplete |= ret != 0;
	return ret;
}

static int fill_modes(struct matrix *m, const char *kernel)
{
	char *words, *rest, *mode;
	int ret = 0;

	if (!m->modes)
		return fill(m, kernel, NULL);
	words = lab_strdup(m->modes);
	rest = words;
	while (ret != -EINVAL && (mode = strsep(&rest, " ")))
		if (mode[0])
			ret = fill(m, kernel, mode);
	free(words);
	return ret;
}

/* Return: -EINVAL if what was asked for does not exist. */
static int fill_all(struct matrix *m)
{
	char *words = lab_strdup(m->kernels), *rest = words, *kernel;
	int ret = 0;

	while (ret != -EINVAL && (kernel = strsep(&rest, " ")))
		if (kernel[0])
			ret = fill_modes(m, kernel);
	free(words);
	return ret == -EINVAL ? ret : 0;
}

static int report(struct matrix *m, struct lab_error *e)
{
	char *path = lab_format("%s/matrix.md", m->out), *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int ret;

	lab_matrix_table(f, m->runs, m->nr_runs);
	fclose(f);
	ret = lab_write_file(path, text, len, e);
	if (!ret)
		printf("table in %s\n", path);
	free(text);
	free(path);
	return ret;
}

static int matrix(struct matrix *m)
{
	struct lab_error e;
	int ret = lab_make_dirs(m->out, &e);

	if (!ret && fill_all(m))
		return LAB_EXIT_USAGE;
	if (!ret && m->nr_runs)
		ret = report(m, &e);
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	if (ret || m->incomplete)
		return LAB_EXIT_INFRASTRUCTURE;
	return m->failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct matrix m = { .paths = paths, .kernels = "5.10 6.1 6.12 7.2" };
	char *out = lab_format("%s/matrix", paths->build);
	int code = lab_command_parse(&command, argc, argv, &m);

	if (!code) {
		m.out = m.out ? m.out : out;
		code = matrix(&m);
	}
	for (size_t i = 0; i < m.nr_runs; i++) {
		free(m.runs[i].title);
		json_decref(m.runs[i].results);
	}
	free(m.runs);
	free(out);
	return code;
}
