// SPDX-License-Identifier: GPL-2.0
/*
 * The same programs on several kernels, in several modes: one run each, one table.
 *
 * All that is asked for is looked at before anything is run. A run that said something
 * of its kernel, be it by a panic, is kept with a description of what it ran, and not done
 * again while that is the same; so a matrix can be interrupted, and a kernel added to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/colour.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fingerprint.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "campaign/campaign.h"
#include "run/setup.h"

struct matrix {
	const struct lab_paths *paths;
	const char *kernels, *modes, *out;
	bool again;
	struct lab_options options;	/* of each run, but for its kernel and mode */
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
	char *title;
};

#define WORD(member)	LAB_COMMAND_KEY(matrix, member)

static const struct argp_option options[] = {
	{ "kernels", WORD(kernels), "LIST", 0,
	  "Debian's series, or directories of built trees, blanks between (default: 5.10 6.1 "
	  "6.12 7.2)", 0 },
	{ "modes", WORD(modes), "LIST", 0, "Modes of the suite (default: its first)", 0 },
	{ "again", WORD(again), NULL, 0, "Also what was run before", 0 },
	{ "out", WORD(out), "DIR", 0,
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
	case WORD(kernels):
	case WORD(modes):	/* a list of nothing but blanks is none */
		arg += strspn(arg, " ");
		break;
	case ARGP_KEY_END:
		if (m->options.mode)
			return lab_command_refuse(state, "--mode: give a matrix --modes");
		return 0;
	}
	return lab_command_take(state, options, key, arg);
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
	const char *release, *tree;
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
	/* One release may be built in several ways. */
	tree = strrchr(kernel, '/');
	cell.title = lab_format("%s%s%s %s", release, tree ? " " : "", tree ? tree + 1 : "", mode);
	cell.options.out = lab_format("%s/%s%s%s-%s", m->out, release, tree ? "-" : "",
				      tree ? tree + 1 : "", mode);
	text = json_dumps(setup, JSON_SORT_KEYS);
	lab_fingerprint_add_text(&cell.stamp, text);
	free(text);
	json_decref(setup);
	m->cells = lab_realloc(m->cells, m->nr_cells + 1, sizeof(*m->cells));
	m->cells[m->nr_cells++] = cell;
	return 0;
}

static int add_cells(struct matrix *m)
{
	struct lab_argv kernels = { NULL }, modes = { NULL };
	int ret = 0;

	lab_argv_add_words(&kernels, m->kernels);
	lab_argv_add_words(&modes, m->modes);
	for (size_t i = 0; i < kernels.nr; i++)
		for (size_t k = 0; !ret && k < MAX(modes.nr, 1); k++)
			ret = add_cell(m, kernels.words[i], modes.nr ? modes.words[k] : NULL);
	return ret;
}

/* What says something of this kernel, and not of an earlier one, is not run again. */
static int run(struct matrix *m, const struct cell *cell, json_t **results, struct lab_error *e)
{
	const char *dir = cell->options.out;
	char *path = lab_format("%s/results.json", dir);
	int ret;

	if (!m->again && lab_stamp_is(dir, &cell->stamp))
		*results = json_load_file(path, 0, NULL);
	free(path);
	if (*results)
		return 0;
	ret = lab_remove_tree(dir, e);
	if (!ret)
		ret = lab_make_dirs(dir, e);
	if (!ret)
		ret = lab_campaign_run(&m->campaign, &cell->options, cell->title, results, e);
	if (ret || !*results)
		return ret;
	if (lab_campaign_code(*results) == LAB_EXIT_INFRASTRUCTURE)
		return lab_fail(e, -EIO, "%s, see %s", lab_json_text_of(*results, "reason"), dir);
	return lab_stamp(dir, &cell->stamp, e);
}

static void fill(struct matrix *m, const struct cell *cell)
{
	json_t *results = NULL;
	const char *verdict;
	struct lab_error e;
	bool bad;
	int code;

	if (run(m, cell, &results, &e)) {
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
	bad = code != LAB_EXIT_PASS && code != LAB_EXIT_SKIP;
	m->failed |= bad;
	verdict = lab_json_text_of(results, "verdict");
	(bad ? lab_progress_alert : lab_progress_say)(&m->campaign.progress,
		"%s: %s%s%s: %s (%.1f s)", cell->title, lab_colour(stdout, verdict), verdict,
		lab_colour_end(stdout), lab_json_text_of(results, "reason"),
		json_number_value(json_object_get(results, "seconds")));
	m->runs = lab_realloc(m->runs, m->nr_runs + 1, sizeof(*m->runs));
	m->runs[m->nr_runs++] = (struct lab_matrix_run){ cell->title, results };
}

static int matrix(struct matrix *m)
{
	char *path = lab_format("%s/matrix.md", m->out);
	struct lab_text table = { NULL };
	struct lab_error e;
	int ret = lab_campaign_begin(&m->campaign, m->paths, m->options.quiet, &e);

	for (size_t i = 0; !ret && !m->campaign.stopped_by && i < m->nr_cells; i++)
		fill(m, &m->cells[i]);
	lab_progress_end(&m->campaign.progress);
	if (m->nr_runs) {
		lab_matrix_table(&table, m->runs, m->nr_runs);
		ret = lab_write_file(path, table.s, table.len, &e);
	}
	if (ret)
		fprintf(stderr, "lab: %s\n", e.text);
	else if (m->nr_runs)
		printf("table in %s\n", path);
	if (m->campaign.stopped_by)
		return 128 + m->campaign.stopped_by;
	if (ret || m->incomplete)
		return LAB_EXIT_INFRASTRUCTURE;
	return m->failed ? LAB_EXIT_FAIL : LAB_EXIT_PASS;
}

int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths)
{
	/* Its life is the process's, as of all that it holds. */
	static struct matrix m = { .kernels = "5.10 6.1 6.12 7.2", .modes = "" };
	int code;

	m.paths = paths;
	m.out = lab_format("%s/matrix", paths->state);
	code = lab_command_parse(&command, argc, argv, &m);
	if (code)
		return code;
	return add_cells(&m) ? LAB_EXIT_USAGE : matrix(&m);
}
