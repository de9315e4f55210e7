// SPDX-License-Identifier: GPL-2.0
/*
 * The same programs on several kernels, in several modes: one run each, one table.
 *
 * All that is asked for is looked at before anything is run. A run that said something
 * of its kernel, be it by a panic, is kept with a description of what it ran, and not done
 * again while that is the same; so a matrix can be interrupted, and a kernel added to it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/exit.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "base/text.h"
#include "campaign/campaign.h"
#include "run/setup.h"

struct matrix {
	const struct lab_paths *paths;
	const char *kernels, *modes, *out;
	bool again;
	struct lab_options options;	/* of each run, but for its kernel and mode */
	struct lab_argv kernel_words, mode_words;	/* these lists */
	struct cell *cells;
	struct lab_matrix_run *runs;	/* of those cells that have results */
	size_t nr_cells, nr_runs;
	struct lab_campaign campaign;
	bool failed, incomplete;
};

/* One kernel in one mode. */
struct cell {
	struct lab_options options;
	struct lab_fingerprint stamp;	/* of what is run */
	char *title, *dir;
};

enum { KERNELS = 256, MODES, AGAIN, OUT };

static const struct argp_option options[] = {
	{ "kernels", KERNELS, "LIST", 0,
	  "Debian's series, or directories of built trees, blanks between (default: 5.10 6.1 "
	  "6.12 7.2)", 0 },
	{ "modes", MODES, "LIST", 0, "Modes of the suite (default: its first)", 0 },
	{ "again", AGAIN, NULL, 0, "Also what was run before", 0 },
	{ "out", OUT, "DIR", 0,
	  "Results go to DIR/RELEASE-MODE and DIR/matrix.md (default: build/matrix)", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct matrix *m = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &m->options;
		return 0;
	case KERNELS:
	case MODES:	/* a list of nothing but blanks is none */
		return lab_command_word(state, options, key, arg + strspn(arg, " "),
					key == KERNELS ? &m->kernels : &m->modes);
	case AGAIN:
		m->again = true;
		return 0;
	case OUT:
		return lab_command_word(state, options, key, arg, &m->out);
	case ARGP_KEY_END:
		if (m->options.mode)
			return lab_command_refuse(state, "--mode: give a matrix --modes");
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
	"\vExit code: 0 nothing failed, 1 something did, 13 infrastructure, 64 wrong usage, "
	"128+N interrupted by signal N",
	children, NULL, NULL
};

/* Not having one of the kernels says nothing about the others; wrong usage ends it all. */
static int add_cell(struct matrix *m, const char *kernel, const char *mode)
{
	struct cell cell = { .options = m->options };
	const char *release;
	struct lab_error e;
	json_t *setup;
	char *text;
	int ret;

	*(strchr(kernel, '/') ? &cell.options.kdir : &cell.options.series) = kernel;
	cell.options.mode = mode;
	ret = lab_setup_describe(m->paths, &cell.options, &setup, &e);
	if (ret) {
		fprintf(stderr, "lab: %s: %s\n", kernel, e.text);
		m->incomplete = true;
		return ret == -EINVAL ? ret : 0;
	}
	release = lab_json_text_of(setup, "kernel");
	mode = lab_json_text_of(setup, "mode");
	cell.title = lab_format("%s %s", release, mode);
	cell.dir = lab_format("%s/%s-%s", m->out, release, mode);
	cell.options.out = cell.dir;
	text = json_dumps(setup, JSON_SORT_KEYS);
	lab_fingerprint_add_text(&cell.stamp, text);
	free(text);
	json_decref(setup);
	m->cells = lab_realloc(m->cells, m->nr_cells + 1, sizeof(*m->cells));
	m->cells[m->nr_cells++] = cell;
	return 0;
}

static void split(struct lab_argv *words, const char *list)
{
	char *copy = lab_strdup(list), *rest = copy, *word;

	while ((word = strsep(&rest, " ")))
		if (word[0])
			lab_argv_add(words, word);
	free(copy);
}

static int add_cells(struct matrix *m)
{
	int ret = 0;

	split(&m->kernel_words, m->kernels);
	split(&m->mode_words, m->modes ? m->modes : "");
	for (size_t i = 0; !ret && i < m->kernel_words.nr; i++) {
		const char *kernel = m->kernel_words.words[i];

		if (!m->mode_words.nr)
			ret = add_cell(m, kernel, NULL);
		for (size_t k = 0; !ret && k < m->mode_words.nr; k++)
			ret = add_cell(m, kernel, m->mode_words.words[k]);
	}
	return ret;
}

/* What says something of this kernel, and not of an earlier one, is not run again. */
static json_t *earlier(const struct cell *cell)
{
	char *path = lab_format("%s/results.json", cell->dir);
	json_t *results = NULL;

	if (lab_stamp_is(cell->dir, &cell->stamp))
		results = json_load_file(path, 0, NULL);
	free(path);
	return results;
}

static int run(struct matrix *m, const struct cell *cell, json_t **results, struct lab_error *e)
{
	int ret = lab_remove_tree(cell->dir, e);

	if (!ret)
		ret = lab_make_dirs(cell->dir, e);
	if (!ret)
		ret = lab_campaign_run(&m->campaign, &cell->options, cell->title, "", results, e);
	if (ret || !*results)
		return ret;
	if (lab_campaign_code(*results) == LAB_EXIT_INFRASTRUCTURE)
		return lab_fail(e, -EIO, "%s, see %s", lab_json_text_of(*results, "reason"),
				cell->dir);
	return lab_stamp(cell->dir, &cell->stamp, e);
}

static void fill(struct matrix *m, const struct cell *cell)
{
	json_t *results = m->again ? NULL : earlier(cell);
	struct lab_error e;
	int code;

	if (!results && run(m, cell, &results, &e)) {
		lab_progress_clear(&m->campaign.progress);
		fprintf(stderr, "lab: %s: %s\n", cell->title, e.text);
		json_decref(results);
		results = NULL;
	}
	if (!results) {
		m->incomplete = true;
		return;
	}
	code = lab_campaign_code(results);
	m->failed |= code != LAB_EXIT_PASS && code != LAB_EXIT_SKIP;
	lab_progress_say(&m->campaign.progress, "%s: %s: %s (%.1f s)", cell->title,
			 lab_json_text_of(results, "verdict"), lab_json_text_of(results, "reason"),
			 json_number_value(json_object_get(results, "seconds")));
	m->runs = lab_realloc(m->runs, m->nr_runs + 1, sizeof(*m->runs));
	m->runs[m->nr_runs++] = (struct lab_matrix_run){ cell->title, results };
}

static int report(const struct matrix *m, struct lab_error *e)
{
	char *path = lab_format("%s/matrix.md", m->out);
	struct lab_text t = { NULL };
	int ret;

	lab_matrix_table(&t, m->runs, m->nr_runs);
	ret = lab_write_file(path, t.s, t.len, e);
	if (!ret)
		printf("table in %s\n", path);
	lab_text_clear(&t);
	free(path);
	return ret;
}

static int matrix(struct matrix *m)
{
	struct lab_error e;
	int ret = lab_campaign_begin(&m->campaign, m->paths, m->options.quiet, &e);

	for (size_t i = 0; !ret && !m->campaign.stopped_by && i < m->nr_cells; i++)
		fill(m, &m->cells[i]);
	lab_progress_end(&m->campaign.progress);
	if (!ret && m->nr_runs)
		ret = report(m, &e);
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	if (m->campaign.stopped_by)
		return 128 + m->campaign.stopped_by;
	if (ret || m->incomplete)
		return LAB_EXIT_INFRASTRUCTURE;
	return m->failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

static void forget(struct matrix *m)
{
	for (size_t i = 0; i < m->nr_runs; i++)
		json_decref(m->runs[i].results);
	for (size_t i = 0; i < m->nr_cells; i++) {
		free(m->cells[i].title);
		free(m->cells[i].dir);
	}
	free(m->runs);
	free(m->cells);
	lab_argv_free(&m->kernel_words);
	lab_argv_free(&m->mode_words);
}

int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths)
{
	struct matrix m = { .paths = paths, .kernels = "5.10 6.1 6.12 7.2" };
	char *out = lab_format("%s/matrix", paths->build);
	int code = lab_command_parse(&command, argc, argv, &m);

	if (!code) {
		m.out = m.out ? m.out : out;
		code = add_cells(&m) ? LAB_EXIT_USAGE : matrix(&m);
	}
	forget(&m);
	free(out);
	return code;
}
