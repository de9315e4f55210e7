// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsys.h"
#include "base/json_text.h"
#include "base/text.h"
#include "bench/perf_side.h"
#include "report/cases.h"
#include "report/figures.h"

static json_t *about(json_t *of)
{
	static const char *const keys[] = { "kernel", "mode", "topology", "profile" };
	json_t *j = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set_new(j, keys[i], json_string(lab_json_text_of(of, keys[i])));
	return j;
}

json_t *lab_perf_side_line(json_t *results)
{
	json_t *line = about(results), *figures = json_object();

	lab_figures_add(figures, results);
	json_object_set_new(line, "figures", figures);
	return line;
}

static void take_line(struct lab_perf_side *s, json_t *line)
{
	json_t *is = about(line);

	/* What came before is of another setup. */
	if (!json_equal(is, s->about)) {
		s->runs = 0;
		json_object_clear(s->figures);
	}
	json_decref(s->about);
	s->about = is;
	lab_figures_join(s->figures, json_object_get(line, "figures"));
	s->runs++;
}

void lab_perf_side_add(struct lab_perf_side *s, json_t *results)
{
	json_t *line = lab_perf_side_line(results);

	take_line(s, line);
	json_decref(line);
}

/* A line that a crash cut short is none. */
static void read_lines(struct lab_perf_side *s, char *text)
{
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		json_t *one = json_loads(line, 0, NULL);

		if (json_is_object(json_object_get(one, "figures")))
			take_line(s, one);
		json_decref(one);
	}
}

static int read_record(struct lab_perf_side *s, struct lab_error *e)
{
	struct lab_error why;
	json_t *results = NULL;
	char *text = NULL;
	size_t len;

	s->recorded = true;
	if (!lab_results_load(s->given, &results, &why))
		lab_perf_side_add(s, results);
	else if (lab_is_file(s->given) && !lab_read_file(s->given, &text, &len, e))
		read_lines(s, text);
	json_decref(results);
	free(text);
	return s->runs ? 0 : lab_fail(e, -EINVAL, "%s: neither results.json nor lines with figures", s->given);
}

int lab_perf_side(struct lab_perf_side *s, const char *name, const char *given, struct lab_error *e)
{
	*s = (struct lab_perf_side) {
		.name = name, .given = given, .about = json_object(), .figures = json_object(),
	};
	if (!lab_is_file(given) && !lab_has(given, "results.json"))
		return 0;
	return read_record(s, e);
}

void lab_perf_side_clear(struct lab_perf_side *s)
{
	json_decref(s->about);
	json_decref(s->figures);
}
