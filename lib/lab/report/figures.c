// SPDX-License-Identifier: GPL-2.0
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/statistics.h"
#include "report/cases.h"
#include "report/figures.h"
#include "verdict/measured.h"

/*
 * Without any difference all values of one side are above all of the other in one of so many
 * comparisons: five rounds of each are enough.
 */
#define ACCIDENT	(1 / (1 - LAB_FIGURES_CONFIDENCE))

/* @values is a number, or an array of them. */
static void add(json_t *all, const char *figure, const char *unit, const char *whole, json_t *values)
{
	json_t *there = json_object_get(all, figure), *into;

	if (!there) {
		there = json_pack("{s:s, s:s, s:[]}", "unit", unit, "case", whole, "values");
		json_object_set_new(all, figure, there);
	}
	into = json_object_get(there, "values");
	if (strcmp(lab_json_text_of(there, "unit"), unit) ||
	    strcmp(lab_json_text_of(there, "case"), whole))
		return;
	if (json_is_array(values))
		json_array_extend(into, values);
	else
		json_array_append(into, values);
}

static void add_measured(json_t *all, json_t *one, const char *name, json_t *measured)
{
	char *title = lab_case_title(one), *figure = lab_format("%s/%s", title, name);

	add(all, figure, lab_json_text_of(measured, "unit"), lab_json_text_of(one, "case"),
	    json_object_get(measured, "value"));
	free(figure);
	free(title);
}

void lab_figures_join(json_t *all, json_t *more)
{
	const char *figure;
	json_t *one;

	json_object_foreach(more, figure, one)
		add(all, figure, lab_json_text_of(one, "unit"), lab_json_text_of(one, "case"),
		    json_object_get(one, "values"));
}

void lab_figures_add(json_t *all, json_t *results)
{
	const char *name, *status;
	json_t *one, *measured;
	size_t i;

	json_array_foreach(json_object_get(results, "cases"), i, one) {
		status = lab_json_text_of(one, "status");
		if (strcmp(status, "pass"))
			continue;
		json_object_foreach(json_object_get(one, "measured"), name, measured)
			add_measured(all, one, name, measured);
	}
}

double *lab_figure_values(json_t *figure, size_t *nr)
{
	json_t *values = json_object_get(figure, "values"), *value;
	double *all = lab_realloc(NULL, json_array_size(values) + 1, sizeof(*all));
	size_t i;

	json_array_foreach(values, i, value)
		all[i] = json_number_value(value);
	*nr = json_array_size(values);
	return all;
}

struct side {
	double *values;
	size_t nr;
	struct lab_spread spread;
};

static struct side side_of(json_t *figure)
{
	struct side s;

	s.values = lab_figure_values(figure, &s.nr);
	s.spread = lab_spread(s.values, s.nr);
	return s;
}

/* As exact as they are, they may depend on what else happens: then what all rounds show counts. */
static const char *compare_counts(const struct side *was, const struct side *is)
{
	return is->spread.least > was->spread.most ? "worse" :
		is->spread.most < was->spread.least ? "better" : "same";
}

/* Costs, of which a ratio can be made. */
static void make_costs(const struct lab_unit *unit, struct side *s)
{
	for (size_t i = 0; i < s->nr; i++)
		s->values[i] = !strcmp(unit->name, "exponent") ? exp2(s->values[i]) :
			unit->better > 0 ? 1 / s->values[i] : s->values[i];
}

static const char *compare_costs(const struct lab_unit *unit, struct side *was, struct side *is,
				 double margin, json_t *row)
{
	struct lab_interval ratio;

	make_costs(unit, was);
	make_costs(unit, is);
	if (!lab_ratio(was->values, was->nr, is->values, is->nr, LAB_FIGURES_CONFIDENCE, &ratio))
		return "same";
	json_object_update_new(row, json_pack("{s:f, s:f, s:f}", "ratio", ratio.value,
					      "low", ratio.low, "high", ratio.high));
	if (gsl_sf_choose((unsigned int)(was->nr + is->nr), (unsigned int)is->nr) < ACCIDENT)
		return "few";
	return ratio.low > 1 + margin ? "worse" : ratio.high < 1 / (1 + margin) ? "better" : "same";
}

static json_t *compare(const char *name, json_t *before, json_t *now, double margin)
{
	const struct lab_unit *unit = lab_unit(lab_json_text_of(before, "unit"));
	struct side was = side_of(before), is = side_of(now);
	json_t *row = json_pack("{s:s, s:s, s:f, s:f, s:[I, I]}", "figure", name, "unit", unit->name,
				"before", was.spread.median, "now", is.spread.median, "rounds",
				(json_int_t)was.nr, (json_int_t)is.nr);

	json_object_set_new(row, "change", json_string(unit->exact ? compare_counts(&was, &is) :
			    compare_costs(unit, &was, &is, margin, row)));
	free(was.values);
	free(is.values);
	return row;
}

/* Of the same kind, and measured with the same parameters? From a file anything may come. */
static bool alike(json_t *a, json_t *b)
{
	const struct lab_unit *unit = lab_unit(lab_json_text_of(a, "unit"));

	return b && unit && unit->better && json_array_size(json_object_get(a, "values")) &&
		json_array_size(json_object_get(b, "values")) &&
		!strcmp(unit->name, lab_json_text_of(b, "unit")) &&
		!strcmp(lab_json_text_of(a, "case"), lab_json_text_of(b, "case"));
}

json_t *lab_figures_compare(json_t *before, json_t *now, double margin)
{
	json_t *rows = json_array(), *one;
	const char *name;

	json_object_foreach(before, name, one)
		if (alike(one, json_object_get(now, name)))
			json_array_append_new(rows, compare(name, one, json_object_get(now, name),
							    margin));
	return rows;
}

void lab_figures_table(struct lab_text *t, json_t *rows, const char *change, const char *title)
{
	const char *name, *unit, *is;
	double before, now, low, high;
	bool headed = false;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (json_unpack(row, "{s:s, s:s, s:F, s:F, s:s}", "figure", &name, "unit", &unit,
				"before", &before, "now", &now, "change", &is) || strcmp(is, change))
			continue;
		if (!headed)
			lab_text_addf(t, "\n## %s\n\n| figure | before | now | unit | costs times |\n"
				      "|---|--:|--:|---|---|\n", title);
		headed = true;
		lab_report_cell(t, name);
		lab_text_addf(t, "| %.6g | %.6g | %s ", before, now, unit);
		if (json_unpack(row, "{s:F, s:F}", "low", &low, "high", &high))
			lab_text_addf(t, "| |\n");
		else
			lab_text_addf(t, "| %.2f to %.2f |\n", low, high);
	}
}
