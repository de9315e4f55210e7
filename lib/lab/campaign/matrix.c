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
	size_t nr_cells;
	struct lab_campaign campaign;
	bool failed, incomplete;
};

/* One kernel in one mode. */
struct cell {
	struct lab_options options;
	json_t *setup;		/* what is run */
	struct lab_fingerprint stamp;	/* of that */
	char *title, *dir;
	json_t *results;	/* NULL: none */
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
	struct lab_error e;
	char *text;
	int ret;

	if (strchr(kernel, '/'))
		cell.options.kdir = kernel;
	else
		cell.options.series = kernel;
	cell.options.mode = mode;
	ret = lab_setup_describe(m->paths, &cell.options, &cell.setup, &e);
	if (ret) {
		fprintf(stderr, "lab: %s: %s\n", kernel, e.text);
		m->incomplete = true;
		return ret == -EINVAL ? ret : 0;
	}
	cell.title = lab_format("%s %s", lab_json_text_of(cell.setup, "kernel"),
				lab_json_text_of(cell.setup, "mode"));
	cell.dir = lab_format("%s/%s-%s", m->out, lab_json_text_of(cell.setup, "kernel"),
			      lab_json_text_of(cell.setup, "mode"));
	cell.options.out = cell.dir;
	text = json_dumps(cell.setup, JSON_SORT_KEYS);
	lab_fingerprint_add_text(&cell.stamp, text);
	free(text);
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
static bool is_done(struct cell *cell)
{
	char *path = lab_format("%s/results.json", cell->dir);

	if (lab_stamp_is(cell->dir, &cell->stamp))
		cell->results = json_load_file(path, 0, NULL);
	free(path);
	return cell->results;
}

static int run(struct matrix *m, struct cell *cell, struct lab_error *e)
{
	int ret = lab_remove_tree(cell->dir, e);

	if (!ret)
		ret = lab_make_dirs(cell->dir, e);
	if (!ret)
		ret = lab_campaign_run(&m->campaign, &cell->options, cell->title, "",
				       &cell->results, e);
	if (ret || !cell->results)
		return ret;
	if (lab_campaign_code(cell->results) == LAB_EXIT_INFRASTRUCTURE)
		return lab_fail(e, -EIO, "%s, see %s", lab_json_text_of(cell->results, "reason"),
				cell->dir);
	return lab_stamp(cell->dir, &cell->stamp, e);
}

static void fill(struct matrix *m, struct cell *cell)
{
	struct lab_error e;
	int ret = 0, code;

	if (m->again || !is_done(cell))
		ret = run(m, cell, &e);
	if (ret) {
		lab_progress_clear(&m->campaign.progress);
		fprintf(stderr, "lab: %s: %s\n", cell->title, e.text);
		json_decref(cell->results);
		cell->results = NULL;
	}
	m->incomplete |= !cell->results;
	if (!cell->results)
		return;
	code = lab_campaign_code(cell->results);
	m->failed |= code != LAB_EXIT_PASS && code != LAB_EXIT_SKIP;
	lab_progress_say(&m->campaign.progress, "%s: %s: %s (%.1f s)", cell->title,
			 lab_json_text_of(cell->results, "verdict"),
			 lab_json_text_of(cell->results, "reason"),
			 json_number_value(json_object_get(cell->results, "seconds")));
}

static int report(const struct matrix *m, struct lab_error *e)
{
	struct lab_matrix_run *runs = lab_realloc(NULL, m->nr_cells, sizeof(*runs));
	char *path = lab_format("%s/matrix.md", m->out), *text = NULL;
	size_t nr = 0, len;
	FILE *f = open_memstream(&text, &len);
	int ret = 0;

	for (size_t i = 0; i < m->nr_cells; i++) {
		const struct cell *cell = &m->cells[i];

		if (cell->results)
			runs[nr++] = (struct lab_matrix_run){ cell->title, cell->results };
	}
	if (f) {
		lab_matrix_table(f, runs, nr);
		fclose(f);
	}
	if (!f)
		ret = lab_fail(e, -ENOMEM, "open_memstream(): %s", strerror(errno));
	else if (nr)
		ret = lab_write_file(path, text, len, e);
	if (nr && !ret)
		printf("table in %s\n", path);
	free(text);
	free(path);
	free(runs);
	return ret;
}

static int matrix(struct matrix *m)
{
	struct lab_error e;
	int ret = lab_campaign_begin(&m->campaign, m->paths, m->options.quiet, &e);

	for (size_t i = 0; !ret && !m->campaign.stopped_by && i < m->nr_cells; i++)
		fill(m, &m->cells[i]);
	lab_progress_end(&m->campaign.progress);
	if (!ret)
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
	for (size_t i = 0; i < m->nr_cells; i++) {
		json_decref(m->cells[i].setup);
		json_decref(m->cells[i].results);
		free(m->cells[i].title);
		free(m->cells[i].dir);
	}
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
