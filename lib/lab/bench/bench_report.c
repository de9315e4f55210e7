// SPDX-License-Identifier: GPL-2.0
/*
 * What a benchmark found.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/statistics.h"
#include "bench/bench.h"
#include "bench/chart.h"
#include "report/cases.h"
#include "report/figures.h"

static json_t *described(const char *name, json_t *figure)
{
	size_t nr;
	double *values = lab_figure_values(figure, &nr);
	struct lab_spread s = lab_spread(values, nr);

	free(values);
	return json_pack("{s:s, s:O, s:O, s:f, s:f, s:f, s:f, s:f}", "figure", name,
			 "unit", json_object_get(figure, "unit"),
			 "values", json_object_get(figure, "values"), "least", s.least,
			 "quartile_1", s.quartile_1, "median", s.median, "quartile_3", s.quartile_3,
			 "most", s.most);
}

json_t *lab_bench_document(json_t *results, json_t *figures, json_t *ratios)
{
	static const char *const of_run[] = {
		"kernel", "kernel_commit", "suite_revision", "mode", "topology", "parameters",
		"cpu_model", "host", "started",
	};
	json_t *j = json_pack("{s:i}", "version", 1), *list = json_array(), *figure;
	const char *name;

	for (size_t i = 0; i < sizeof(of_run) / sizeof(of_run[0]); i++) {
		json_t *value = json_object_get(results, of_run[i]);

		json_object_set(j, of_run[i], value ? value : json_null());
	}
	json_object_foreach(figures, name, figure)
		json_array_append_new(list, described(name, figure));
	json_object_set_new(j, "figures", list);
	json_object_set(j, "ratios", ratios);
	return j;
}

/* Of a column with heading @key. */
static int width_of(json_t *rows, const char *key)
{
	size_t len = strlen(key), i;
	json_t *row;

	json_array_foreach(rows, i, row)
		if (strlen(lab_json_text_of(row, key)) > len)
			len = strlen(lab_json_text_of(row, key));
	return (int)len;
}

/* Right aligned in a cell of so many. */
static void add_number(struct lab_text *t, double value)
{
	struct lab_text number = { NULL };

	lab_chart_number(&number, value);
	lab_text_addf(t, " %10s |", number.s);
	lab_text_clear(&number);
}

static double number(json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

void lab_bench_figures_table(struct lab_text *t, json_t *bench)
{
	json_t *figures = json_object_get(bench, "figures"), *row;
	static const char *const numbers[] = { "median", "quartile_1", "quartile_3" };
	int width = width_of(figures, "figure");
	size_t i;

	lab_text_addf(t, "| %-*s |     median | quartile 1 | quartile 3 | unit     | rounds |\n"
		      "|:--%*s|-----------:|-----------:|-----------:|----------|-------:|\n", width,
		      "figure", width - 1, "");
	json_array_foreach(figures, i, row) {
		lab_text_addf(t, "| %-*s |", width, lab_json_text_of(row, "figure"));
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			add_number(t, number(row, numbers[k]));
		lab_text_addf(t, " %-8s | %6zu |\n", lab_json_text_of(row, "unit"),
			      json_array_size(json_object_get(row, "values")));
	}
}

void lab_bench_ratios_table(struct lab_text *t, json_t *bench)
{
	json_t *ratios = json_object_get(bench, "ratios"), *row;
	int width = width_of(ratios, "name");
	size_t i;

	if (!json_array_size(ratios))
		return;
	lab_text_addf(t, "| %-*s |      ratio |        low |       high |     target | met    | to |\n"
		      "|:--%*s|-----------:|-----------:|-----------:|-----------:|--------|----|\n",
		      width, "name", width - 1, "");
	json_array_foreach(ratios, i, row) {
		lab_text_addf(t, "| %-*s |", width, lab_json_text_of(row, "name"));
		add_number(t, number(row, "ratio"));
		add_number(t, number(row, "low"));
		add_number(t, number(row, "high"));
		if (json_is_number(json_object_get(row, "target")))
			add_number(t, number(row, "target"));
		else
			lab_text_addf(t, " %10s |", "");
		lab_text_addf(t, " %-6s | %s |\n", lab_json_text_of(row, "met"),
			      lab_json_text_of(row, "to"));
	}
}

/* Those of @rows whose @key is @is, or all if it is NULL; the rows are the caller's. */
static struct lab_chart_part part_of(const char *title, json_t *rows, const char *is,
				     const char *const keys[5])
{
	struct lab_chart_part p = { .title = title };
	json_t *row;
	size_t i;

	p.rows = lab_realloc(NULL, json_array_size(rows) + 1, sizeof(*p.rows));
	json_array_foreach(rows, i, row)
		if (!is || !strcmp(lab_json_text_of(row, "unit"), is))
			p.rows[p.nr++] = (struct lab_chart_row) {
				.label = lab_json_text_of(row, keys[0]),
				.low = number(row, keys[1]), .value = number(row, keys[2]),
				.high = number(row, keys[3]), .mark = number(row, keys[4]),
			};
	return p;
}

void lab_bench_chart(struct lab_text *t, json_t *bench)
{
	static const char *const of_ratio[] = { "name", "low", "ratio", "high", "target" };
	static const char *const of_figure[] = { "figure", "quartile_1", "median", "quartile_3", "" };
	static const char *const units[][2] = {
		{ "/s", "a second: more is better" }, { "us", "us: less is better" },
		{ "s", "s: less is better" },
		{ "ratio", "ratios of rates: more is better" },
		{ "exponent", "exponents of cost: less is better" },
	};
	char *title = lab_format("%s, mode %s, median and quartiles", lab_json_text_of(bench, "kernel"),
				 lab_json_text_of(bench, "mode"));
	struct lab_chart_part parts[sizeof(units) / sizeof(units[0]) + 1];
	size_t nr = 0;

	parts[nr++] = part_of("beside others: more is better, 1 is the same",
			      json_object_get(bench, "ratios"), NULL, of_ratio);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		parts[nr++] = part_of(units[i][1], json_object_get(bench, "figures"), units[i][0], of_figure);
	for (size_t from = nr, i = nr = 0; i < from; i++) {
		if (parts[i].nr)
			parts[nr++] = parts[i];
		else
			free(parts[i].rows);
	}
	lab_chart(t, title, parts, nr);
	while (nr--)
		free(parts[nr].rows);
	free(title);
}
