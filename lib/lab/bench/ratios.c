// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/statistics.h"
#include "base/text.h"
#include "bench/ratios.h"
#include "report/figures.h"
#include "verdict/measured.h"

/* What the "*" of @pattern stands for in @name: to be freed; "" if there is none. NULL: it does not match. */
static char *star(const char *pattern, const char *name)
{
	const char *at = strchr(pattern, '*');
	size_t before, after, len = strlen(name);

	if (!at)
		return strcmp(pattern, name) ? NULL : lab_strdup("");
	before = (size_t)(at - pattern);
	after = strlen(at + 1);
	if (len < before + after || strncmp(pattern, name, before) || strcmp(at + 1, name + len - after))
		return NULL;
	return lab_format("%.*s", (int)(len - before - after), name + before);
}

static char *filled(const char *pattern, const char *by)
{
	int before = (int)strcspn(pattern, "*");

	return lab_format("%.*s%s%s", before, pattern, pattern[before] ? by : "",
			  pattern[before] ? pattern + before + 1 : "");
}

static double median_of(json_t *figure)
{
	size_t nr;
	double *values = lab_figure_values(figure, &nr), median = lab_spread(values, nr).median;

	free(values);
	return median;
}

/* The best of those of @to that were measured, and its name in @best, to be freed. */
static json_t *best_of(json_t *to, const char *by, json_t *figures, const struct lab_unit *unit,
		       char **best)
{
	json_t *pattern, *found = NULL;
	size_t i;

	*best = NULL;
	json_array_foreach(to, i, pattern) {
		char *name = filled(json_string_value(pattern), by);
		json_t *one = json_object_get(figures, name);

		if (!one || strcmp(lab_json_text_of(one, "unit"), unit->name) ||
		    (found && unit->better * (median_of(one) - median_of(found)) <= 0)) {
			free(name);
			continue;
		}
		found = one;
		free(*best);
		*best = name;
	}
	return found;
}

static bool ratio_of(json_t *figure, json_t *to, const struct lab_unit *unit, struct lab_interval *r)
{
	size_t m, n;
	double *mine = lab_figure_values(figure, &n), *other = lab_figure_values(to, &m);
	bool is = unit->better > 0 ? lab_ratio(other, m, mine, n, LAB_RATIOS_CONFIDENCE, r) :
		lab_ratio(mine, n, other, m, LAB_RATIOS_CONFIDENCE, r);

	free(other);
	free(mine);
	return is;
}

static bool ratio_by_itself(json_t *figure, struct lab_interval *r)
{
	size_t nr;
	double *values = lab_figure_values(figure, &nr);
	struct lab_spread s = lab_spread(values, nr);

	*r = (struct lab_interval) { s.least, s.median, s.most };
	free(values);
	return true;
}

static void add(json_t *all, json_t *row, const char *by, const char *name, json_t *figures,
		json_t *missing)
{
	json_t *figure = json_object_get(figures, name), *target = json_object_get(row, "target");
	json_t *others = json_object_get(row, "to"), *to;
	const struct lab_unit *unit = lab_unit(lab_json_text_of(figure, "unit"));
	char *title = filled(lab_json_text_of(row, "name"), by), *best = NULL;
	double least = json_number_value(target);
	struct lab_interval r;

	to = unit ? best_of(others, by, figures, unit, &best) : NULL;
	if (others ? !to || !ratio_of(figure, to, unit, &r) : !ratio_by_itself(figure, &r))
		json_array_append_new(missing, json_sprintf("%s: nothing that %s could be held against was measured",
							    title, name));
	else
		json_array_append_new(all, json_pack("{s:s, s:s, s:s, s:f, s:f, s:f, s:O?, s:o}",
			"name", title, "figure", name, "to", best ? best : "", "ratio", r.value, "low", r.low,
			"high", r.high, "target", target, "met", !target ? json_null() :
			json_string(r.low >= least ? "yes" : r.high < least ? "no" : "unsure")));
	free(best);
	free(title);
}

json_t *lab_ratios(json_t *rows, json_t *figures, json_t *missing)
{
	json_t *all = json_array(), *row, *figure;
	const char *name;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *pattern = lab_json_text_of(row, "figure");
		bool any = false;

		json_object_foreach(figures, name, figure) {
			char *by = star(pattern, name);

			if (by)
				add(all, row, by, name, figures, missing);
			any = any || by;
			free(by);
		}
		if (!any)
			json_array_append_new(missing, json_sprintf("%s: %s was not measured",
					      lab_json_text_of(row, "name"), pattern));
	}
	return all;
}

int lab_ratios_check(json_t *rows, struct lab_error *e)
{
	const char *name, *figure;
	json_t *row, *to, *one;
	double target;
	size_t i, k;

	if (!json_is_array(rows))
		return lab_fail(e, -EINVAL, "not an array");
	json_array_foreach(rows, i, row) {
		json_error_t why;

		to = NULL;
		if (json_unpack_ex(row, &why, JSON_STRICT, "{s:s, s:s, s?o, s?F}", "name", &name,
				   "figure", &figure, "to", &to, "target", &target))
			return lab_fail(e, -EINVAL, "ratio %zu: %s", i + 1, why.text);
		if (to && !json_array_size(to))
			return lab_fail(e, -EINVAL, "ratio %s: \"to\" must name a figure", name);
		json_array_foreach(to, k, one)
			if (!json_is_string(one))
				return lab_fail(e, -EINVAL, "ratio %s: \"to\" must be strings", name);
	}
	return 0;
}
