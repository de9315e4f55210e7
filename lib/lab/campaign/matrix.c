// SPDX-License-Identifier: GPL-2.0
/*
 * The same programs on several kernels, in several modes: one run each, one table.
 *
 * All that is asked for is looked at before anything is run, and described on disk as
 * cells, which an engine carries out. A run that said something of its kernel, be it by a
 * panic, is kept with a description of what it ran, and not done again while that is the
 * same; so a matrix can be interrupted, and a kernel added to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/colour.h"
#include "base/command.h"
#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "base/process.h"
#include "bed/machine.h"
#include "campaign/campaign.h"
#include "run/setup.h"

struct matrix {
	const struct lab_paths *paths;
	const char *kernels, *modes, *topologies, *profiles, *bed_kinds, *out;
	const char *engine_name;	/* goes to engine */
	const char *partition, *time, *constraint;
	bool again, merge;
	const struct lab_engine *engine;
	struct lab_options options;	/* of each run, but for its kernel, mode, ... */
	struct lab_cell *cells;
	size_t nr_cells;
	struct lab_campaign campaign;
};

#define WORD(member)	LAB_COMMAND_KEY(matrix, member)

static const struct argp_option options[] = {
	{ "kernels", WORD(kernels), "LIST", 0,
	  "Debian's series, or directories of built trees, blanks between (default: 5.10 6.1 "
	  "6.12 7.2)", 0 },
	{ "modes", WORD(modes), "LIST", 0, "Modes of the suite (default: its first)", 0 },
	{ "topologies", WORD(topologies), "LIST", 0,
	  "Each kernel in each mode on each of these, instead of --topology", 0 },
	{ "profiles", WORD(profiles), "LIST", 0, "And these programs, instead of --profile", 0 },
	{ "bed-kinds", WORD(bed_kinds), "LIST", 0, "And on each of these, instead of --bed", 0 },
	{ "again", WORD(again), NULL, 0, "Also what was run before", 0 },
	{ "out", WORD(out), "DIR", 0,
	  "Results go to DIR/RELEASE-MODE and DIR/matrix.md, .html, .json and .xml (default: "
	  "build/matrix)", 0 },
	{ "merge", WORD(merge), NULL, 0,
	  "Run nothing, but make these four files anew from what there is", 0 },
	{ "engine", WORD(engine_name), "NAME", 0,
	  "local (default) or slurm: run here one after the other, or as an array of jobs, where "
	  "nodes share this directory, build/ and DIR", 1 },
	{ "partition", WORD(partition), "NAME", 0, "For slurm, as sbatch takes it", 1 },
	{ "time", WORD(time), "LIMIT", 0, "The same; of a run", 1 },
	{ "constraint", WORD(constraint), "FEATURES", 0, "The same", 1 },
	{ 0 }
};

static error_t check(const struct matrix *m, const struct argp_state *state)
{
	if (m->options.mode)
		return lab_command_refuse(state, "--mode: give a matrix --modes");
	if (m->topologies && m->options.topology)
		return lab_command_refuse(state, "--topologies and --topology: give one of them");
	if (m->profiles && m->options.profile)
		return lab_command_refuse(state, "--profiles and --profile: give one of them");
	if (m->bed_kinds && m->options.bed)
		return lab_command_refuse(state, "--bed-kinds and --bed: give one of them");
	if (m->merge && (m->kernels || m->modes || m->topologies || m->profiles || m->bed_kinds ||
			 m->again))
		return lab_command_refuse(state,
			"--merge takes what was described before: leave out what is to be run");
	if (m->engine != &lab_engine_slurm && (m->partition || m->time || m->constraint))
		return lab_command_refuse(state,
			"--partition, --time and --constraint are for --engine=slurm");
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct matrix *m = state->input;
	struct lab_error e;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &m->options;
		return 0;
	case WORD(kernels):
	case WORD(modes):
	case WORD(topologies):
	case WORD(profiles):
	case WORD(bed_kinds):	/* a list of nothing but blanks is none */
		arg += strspn(arg, " ");
		break;
	case WORD(engine_name):
		m->engine = lab_engine_find(arg, &e);
		return m->engine ? 0 : lab_command_refuse(state, "--engine: %s", e.text);
	case ARGP_KEY_END:
		return check(m, state);
	}
	return lab_command_take(state, options, key, arg);
}

static const struct argp_child children[] = { { .argp = &lab_tests_argp, .group = 2 }, { 0 } };

static const struct argp command = {
	options, parse, NULL,
	"Run the same programs on several kernels and print what became of each test where. "
	"What was run before with the same kernel, programs and options is not run again."
	"\vExit code: 0 nothing failed, 1 something did, 13 infrastructure, 64 wrong usage, "
	"128+N interrupted by signal N",
	children, NULL, NULL
};

/* One run of the matrix; NULL stands for the default. */
struct choice {
	const char *kernel, *mode, *topology, *profile, *bed;
};

/*
 * Behind the last slash: what tells a tree from others of its release; "" of a series. Of a kind of
 * bed what stands before a colon is kept.
 */
static const char *tree_of(const char *kernel)
{
	const char *slash = strrchr(kernel, '/');

	return slash ? slash + 1 : "";
}

static char *bed_of(const struct choice *c)
{
	const char *file = c->bed ? tree_of(c->bed) : "";

	if (!file[0])
		return lab_strdup(c->bed ? c->bed : "");
	return lab_format("%.*s:%s", (int)strcspn(c->bed, ":"), c->bed, file);
}

/* All that tells a run from the others of its matrix, with @sep between; to be freed. */
static char *name_of(const struct choice *c, json_t *setup, const char *sep)
{
	const char *tree = tree_of(c->kernel), *mode = c->mode;
	const char *release = tree[0] ? NULL : c->kernel;
	char *bed = bed_of(c);
	struct lab_text t = { NULL };

	if (setup) {
		release = lab_json_text_of(setup, "kernel");
		mode = lab_json_text_of(setup, "mode");
	}
	const char *const parts[] = { release, tree, mode, c->topology, c->profile, bed };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i] && parts[i][0])
			lab_text_addf(&t, "%s%s", t.len ? sep : "", parts[i]);
	free(bed);
	return lab_text_take(&t);
}

/* The same run may be asked for twice; two trees of one name would be one directory. */
static int keep_if_new(struct matrix *m, struct lab_cell *c)
{
	for (size_t i = 0; i < m->nr_cells; i++) {
		bool same = !strcmp(m->cells[i].stamp.hex, c->stamp.hex);

		if (strcmp(m->cells[i].dir, c->dir))
			continue;
		if (!same)
			fprintf(stderr, "lab: two runs would be %s: give trees names of their own\n",
				lab_cell_name(c));
		lab_cell_clear(c);
		return same ? 0 : -EINVAL;
	}
	m->cells = lab_realloc(m->cells, m->nr_cells + 1, sizeof(*m->cells));
	m->cells[m->nr_cells++] = *c;
	return 0;
}

/* What readers of the results want to know of it; of one that cannot be run, what was asked for. */
static json_t *about(const struct choice *c, json_t *setup)
{
	static const char *const of_setup[] = { "mode", "topology", "profile", "bed" };
	const char *const asked[] = { c->mode, c->topology, c->profile, c->bed };
	char *title = name_of(c, setup, " "), *kernel = lab_strdup(c->kernel);
	const char *tree = tree_of(c->kernel);
	json_t *job;

	if (setup) {
		free(kernel);
		kernel = lab_format("%s%s%s", lab_json_text_of(setup, "kernel"),
				    tree[0] ? " " : "", tree);
	}
	job = json_pack("{s:s, s:s}", "title", title, "kernel", kernel);
	for (size_t i = 0; i < sizeof(of_setup) / sizeof(of_setup[0]); i++)
		json_object_set_new(job, of_setup[i], json_string(
			setup ? lab_json_text_of(setup, of_setup[i]) : asked[i] ? asked[i] : ""));
	free(kernel);
	free(title);
	return job;
}

/* @setup is NULL if it cannot be run, for the reason @why. Both are used up. */
static int add_cell(struct matrix *m, const struct choice *c, const struct lab_options *o,
		    json_t *setup, json_t *why)
{
	char *name = name_of(c, setup, "-"), *dir = lab_format("%s/%s", m->out, name);
	json_t *job = about(c, setup);
	struct lab_cell cell;

	json_object_set_new(job, setup ? "setup" : "lost", setup ? setup : why);
	lab_cell_describe(&cell, dir, job, o);
	free(name);
	free(dir);
	return keep_if_new(m, &cell);
}

/* Not having one of the kernels says nothing about the others; wrong usage ends it all. */
static int describe(struct matrix *m, struct choice *c)
{
	struct lab_options o = m->options;
	json_t *setup = NULL, *why = NULL;
	struct lab_error e;
	int ret, added;

	*(strchr(c->kernel, '/') ? &o.kdir : &o.series) = c->kernel;
	o.mode = c->mode;
	o.topology = c->topology ? c->topology : m->options.topology;
	o.profile = c->profile ? c->profile : m->options.profile;
	o.bed = c->bed ? c->bed : m->options.bed;
	ret = o.bed && !lab_bed_kind_find(o.bed, &e) ? -EINVAL :
		lab_setup_describe(m->paths, &o, &setup, &e);
	if (ret) {
		fprintf(stderr, "lab: %s: %s\n", c->kernel, e.text);
		why = lab_json_text(e.text);
	}
	added = add_cell(m, c, &o, setup, why);
	return ret == -EINVAL ? ret : added;
}

/* What @axis of @c is, for each word of @list, which are kept; as it is if there is none. */
static int for_each(struct matrix *m, struct choice *c, const char **axis, const char *list,
		    int (*do_it)(struct matrix *m, struct choice *c))
{
	struct lab_argv words = { NULL };
	int ret = 0;

	lab_argv_add_words(&words, list);
	if (!words.nr)
		return do_it(m, c);
	for (size_t i = 0; !ret && i < words.nr; i++) {
		*axis = words.words[i];
		ret = do_it(m, c);
	}
	return ret;
}

static int each_mode(struct matrix *m, struct choice *c)
{
	return for_each(m, c, &c->mode, m->modes, describe);
}

static int each_bed(struct matrix *m, struct choice *c)
{
	return for_each(m, c, &c->bed, m->bed_kinds, each_mode);
}

static int each_profile(struct matrix *m, struct choice *c)
{
	return for_each(m, c, &c->profile, m->profiles, each_bed);
}

static int each_topology(struct matrix *m, struct choice *c)
{
	return for_each(m, c, &c->topology, m->topologies, each_profile);
}

static int describe_all(struct matrix *m)
{
	const char *kernels = m->kernels && m->kernels[0] ? m->kernels : "5.10 6.1 6.12 7.2";
	struct choice c = { NULL };

	return for_each(m, &c, &c.kernel, kernels, each_topology);
}

/* On disk is all that the jobs need, and nothing that could be taken for their results. */
static int write_cells(struct matrix *m, struct lab_error *e)
{
	char *path = lab_format("%s/cells.json", m->out);
	json_t *names = json_array();
	int ret = lab_make_dirs(m->out, e);

	for (size_t i = 0; !ret && i < m->nr_cells; i++) {
		const struct lab_cell *c = &m->cells[i];
		json_t *results = m->again ? NULL : lab_cell_results(c);

		if (!results)
			ret = lab_remove_tree(c->dir, e);
		if (!ret)
			ret = lab_cell_write(c, e);
		json_array_append_new(names, json_string(lab_cell_name(c)));
		json_decref(results);
	}
	if (!ret)
		ret = lab_json_write(path, names, e);
	json_decref(names);
	free(path);
	return ret;
}

static void tell_lost(struct matrix *m, const struct lab_cell *c)
{
	char *why = lab_cell_lost(c);

	lab_progress_clear(&m->campaign.progress);
	fprintf(stderr, "lab: %s: lost: %s\n", lab_cell_title(c), why[0] ? why : "no result");
	free(why);
}

static void ended(void *arg, const struct lab_cell *c)
{
	struct matrix *m = arg;
	json_t *results = lab_cell_results(c);
	const char *verdict = lab_json_text_of(results, "verdict");

	if (results)
		(lab_campaign_is_bad(results) ? lab_progress_alert : lab_progress_say)(
			&m->campaign.progress, "%s: %s%s%s: %s (%.1f s)", lab_cell_title(c),
			lab_colour(stdout, verdict), verdict, lab_colour_end(stdout),
			lab_json_text_of(results, "reason"),
			json_number_value(json_object_get(results, "seconds")));
	else if (c->stamp.hex[0])	/* or it has been told already */
		tell_lost(m, c);
	json_decref(results);
}

static int execute(struct matrix *m, struct lab_error *e)
{
	struct lab_work w = {
		.paths = m->paths, .out = m->out, .cells = m->cells, .nr = m->nr_cells,
		.partition = m->partition, .time = m->time, .constraint = m->constraint,
		.progress = &m->campaign.progress, .signals = &m->campaign.signals,
		.ended = ended, .arg = m,
	};
	int ret = write_cells(m, e);

	if (!ret) {
		ret = lab_campaign_begin(&m->campaign, m->paths, m->options.quiet, e);
		if (!ret)
			ret = m->engine->execute(&w, e);
		lab_progress_end(&m->campaign.progress);
	}
	m->campaign.stopped_by = w.stopped_by;
	return ret;
}

static int fail(const struct lab_error *e)
{
	fprintf(stderr, "lab: %s\n", e->text);
	return LAB_EXIT_INFRASTRUCTURE;
}

static int matrix(struct matrix *m)
{
	struct lab_error e;
	int ret = m->merge ? 0 : execute(m, &e), code;

	if (ret)
		return fail(&e);
	code = lab_matrix_merge(m->out, m->engine, &e);
	if (e.text[0])
		code = fail(&e);
	else
		printf("table in %s/matrix.md, page in %s/matrix.html\n", m->out, m->out);
	return m->campaign.stopped_by ? 128 + m->campaign.stopped_by : code;
}

/* Jobs are started in other directories. */
static int make_absolute(struct matrix *m)
{
	char here[PATH_MAX];

	if (m->out[0] == '/')
		return 0;
	if (!getcwd(here, sizeof(here))) {
		fprintf(stderr, "lab: getcwd(): %s\n", strerror(errno));
		return LAB_EXIT_INFRASTRUCTURE;
	}
	m->out = lab_format("%s/%s", here, m->out);
	return 0;
}

int lab_matrix_main(int argc, char *argv[], const struct lab_paths *paths)
{
	/* Its life is the process's, as of all that it holds. */
	static struct matrix m = { .engine = &lab_engine_local };
	int code;

	m.paths = paths;
	m.out = lab_format("%s/matrix", paths->state);
	code = lab_command_parse(&command, argc, argv, &m);
	if (!code)
		code = make_absolute(&m);
	if (!code && !m.merge && describe_all(&m))
		code = LAB_EXIT_USAGE;
	return code ? code : matrix(&m);
}
