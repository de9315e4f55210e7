// SPDX-License-Identifier: GPL-2.0
/*
 * What has become of the cells of a matrix, in files for people and machines. They depend on the
 * descriptions and the results alone: whoever merges the same cells makes the same files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/exit.h"
#include "base/fsys.h"
#include "base/json_text.h"
#include "campaign/campaign.h"
#include "report/cases.h"
#include "report/report.h"

struct merge {
	const char *out;
	struct lab_cell *cells;
	struct lab_matrix_run *runs;	/* one a cell */
	size_t nr;
};

/* Most of what results hold is not told here, and there are many of them. */
static void drop_unused(json_t *results)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		json_object_del(one, "samples");
		if (lab_case_failed(one) || json_is_object(json_object_get(one, "issue")))
			continue;
		json_object_del(one, "diagnostics");
		json_object_del(one, "replay");
	}
}

/* What stands for results where there are none; @known by the engine, or "". */
static json_t *lost(const struct lab_cell *c, const char *known)
{
	char *left = lab_cell_lost(c);
	const char *why = known[0] ? known : left[0] ? left : "no result";
	json_t *results = json_pack("{s:s, s:o, s:i}", "verdict", "lost", "reason",
				    lab_json_text(why), "exit_code", LAB_EXIT_INFRASTRUCTURE);

	free(left);
	return results;
}

static int add(struct merge *m, const char *name, json_t *known, struct lab_error *e)
{
	char *dir = lab_format("%s/%s", m->out, name);
	struct lab_cell *c;
	int ret;

	m->cells = lab_realloc(m->cells, m->nr + 1, sizeof(*m->cells));
	m->runs = lab_realloc(m->runs, m->nr + 1, sizeof(*m->runs));
	c = &m->cells[m->nr];
	ret = lab_cell_read(c, dir, e);
	free(dir);
	m->runs[m->nr++] = (struct lab_matrix_run){
		.title = lab_cell_title(c), .job = c->job, .results = lab_cell_results(c),
	};
	if (!ret)
		ret = lab_cell_sweep(c, e);
	drop_unused(m->runs[m->nr - 1].results);
	if (!m->runs[m->nr - 1].results)
		m->runs[m->nr - 1].results = lost(c, lab_json_text_of(known, name));
	return ret;
}

static int collect(struct merge *m, const struct lab_engine *engine, struct lab_error *e)
{
	char *path = lab_format("%s/cells.json", m->out);
	json_error_t why;
	json_t *names = json_load_file(path, 0, &why), *name;
	json_t *known = names && engine && engine->lost ? engine->lost(m->out) : NULL;
	size_t i;
	int ret = names ? 0 : lab_fail(e, -ENOENT, "%s: %s", path, why.text);

	json_array_foreach(names, i, name)
		if (!ret)
			ret = add(m, json_string_value(name), known, e);
	for (i = 0; i < m->nr; i++)
		m->runs[i].name = lab_cell_name(&m->cells[i]);
	json_decref(known);
	json_decref(names);
	free(path);
	return ret;
}

static json_t *failures(json_t *results)
{
	json_t *list = json_array(), *one;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		char *title = lab_case_title(one);

		if (lab_case_failed(one))
			json_array_append_new(list, json_pack("{s:o, s:s, s:o}",
				"test", lab_json_text(title),
				"status", lab_json_text_of(one, "status"),
				"why", lab_json_text(lab_case_why(one))));
		free(title);
	}
	return list;
}

static json_t *json_of(const struct lab_matrix_run *run)
{
	static const char *const told[] = { "verdict", "reason", "exit_code", "seconds", "totals" };
	static const char *const about[] = { "title", "kernel", "mode", "topology", "profile",
					     "bed" };
	json_t *cell = json_pack("{s:s}", "name", run->name);

	for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++)
		json_object_set(cell, about[i], json_object_get(run->job, about[i]));
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		json_object_set(cell, told[i], json_object_get(run->results, told[i]));
	json_object_set_new(cell, "failures", failures(run->results));
	return cell;
}

static int write_json(const struct merge *m, int code, struct lab_error *e)
{
	char *path = lab_format("%s/matrix.json", m->out);
	json_t *cells = json_array(), *document;
	int ret;

	for (size_t i = 0; i < m->nr; i++)
		json_array_append_new(cells, json_of(&m->runs[i]));
	document = json_pack("{s:i, s:o}", "exit_code", code, "cells", cells);
	ret = lab_json_write(path, document, e);
	json_decref(document);
	free(path);
	return ret;
}

static void put_table(FILE *f, const struct merge *m)
{
	struct lab_text t = { NULL };
	char *text;

	lab_matrix_table(&t, m->runs, m->nr);
	text = lab_text_take(&t);
	fputs(text, f);
	free(text);
}

static void put_junit(FILE *f, const struct merge *m)
{
	json_t *runs = json_object();

	for (size_t i = 0; i < m->nr; i++)
		json_object_set(runs, m->runs[i].name, m->runs[i].results);
	lab_report_junit_runs(f, runs);
	json_decref(runs);
}

static void put_page(FILE *f, const struct merge *m)
{
	lab_matrix_page(f, m->runs, m->nr);
}

static int write_one(const struct merge *m, const char *name,
		     void (*put)(FILE *f, const struct merge *m), struct lab_error *e)
{
	char *path = lab_format("%s/%s", m->out, name), *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int ret = -ENOMEM;

	if (f) {
		put(f, m);
		ret = fclose(f) ? -ENOMEM : 0;
	}
	ret = ret ? lab_fail(e, ret, "%s: out of memory", path) :
		lab_write_file(path, text, len, e);
	free(text);
	free(path);
	return ret;
}

/* A lost cell outweighs a failure, of which one knows at least. */
static int code_of(const struct merge *m)
{
	int code = LAB_EXIT_PASS;

	for (size_t i = 0; i < m->nr; i++) {
		if (lab_campaign_code(m->runs[i].results) == LAB_EXIT_INFRASTRUCTURE)
			return LAB_EXIT_INFRASTRUCTURE;
		if (lab_campaign_is_bad(m->runs[i].results))
			code = LAB_EXIT_FAIL;
	}
	return code;
}

int lab_matrix_merge(const char *out, const struct lab_engine *engine, struct lab_error *e)
{
	struct merge m = { .out = out };
	int ret = collect(&m, engine, e), code = code_of(&m);

	if (!ret)
		ret = write_json(&m, code, e);
	if (!ret)
		ret = write_one(&m, "matrix.xml", put_junit, e);
	if (!ret)
		ret = write_one(&m, "matrix.html", put_page, e);
	if (!ret)
		ret = write_one(&m, "matrix.md", put_table, e);
	for (size_t i = 0; i < m.nr; i++) {
		lab_cell_clear(&m.cells[i]);
		json_decref(m.runs[i].results);
	}
	free(m.cells);
	free(m.runs);
	if (ret)
		return LAB_EXIT_INFRASTRUCTURE;
	e->text[0] = '\0';
	return code;
}
